import type { CallMode } from '@parley/contract/status'
import type { ExpressionBuilder, Selectable } from 'kysely'
import type { AccountId, VoiceId } from '../domain/ids.ts'
import { isUuid } from '../domain/is-uuid.ts'
import { newId } from '../domain/new-id.ts'
import type { Database } from './database.ts'
import type { Tables } from './tables.ts'

export type VoiceRow = Selectable<Tables['voices']>

export interface NewVoice {
  readonly voiceId: string
  readonly name: string
  readonly mode: CallMode
  readonly provider: string
  readonly languages: readonly string[]
  /** Made by us: deleted at the provider with its row. */
  readonly cloned?: boolean
}

/** Null where the account has a voice of that id in that mode already. */
export async function insertVoice(
  { kysely }: Pick<Database, 'kysely'>,
  o: { account: AccountId; voice: NewVoice },
): Promise<VoiceRow | null> {
  const { voiceId, languages, ...voice } = o.voice
  const row = await kysely
    .insertInto('voices')
    .values({
      ...voice,
      id: newId<VoiceId>(),
      account_id: o.account,
      voice_id: voiceId,
      languages: [...languages],
    })
    .onConflict(conflict => conflict.columns(['account_id', 'voice_id', 'mode']).doNothing())
    .returningAll()
    .executeTakeFirst()
  return row ?? null
}

/** Whether a provider's voice was made of a recording that another account sent. */
export async function isSomebodyElses(
  { kysely }: Pick<Database, 'kysely'>,
  o: { account: AccountId; provider: string; voiceId: string },
): Promise<boolean> {
  const row = await kysely
    .selectFrom('voices')
    .select('id')
    .where('cloned', '=', true)
    .where('provider', '=', o.provider)
    .where('voice_id', '=', o.voiceId)
    .where('account_id', '!=', o.account)
    .executeTakeFirst()
  return row !== undefined
}

export async function countClones({ kysely }: Pick<Database, 'kysely'>, account: AccountId): Promise<number> {
  const { count } = await kysely
    .selectFrom('voices')
    .select(has => has.fn.countAll<string>().as('count'))
    .where('account_id', '=', account)
    .where('cloned', '=', true)
    .executeTakeFirstOrThrow()
  return Number(count)
}

/** The account's own voices, newest first. */
export async function listVoices({ kysely }: Database, account: AccountId): Promise<VoiceRow[]> {
  return await kysely
    .selectFrom('voices')
    .selectAll()
    .where('account_id', '=', account)
    .orderBy('id', 'desc')
    .limit(1_000)
    .execute()
}

/** By its row's id, or by what calls name it: then in every mode that it is registered for. Newest first. */
export async function findVoices(
  { kysely }: Pick<Database, 'kysely'>,
  o: { account: AccountId; id: string },
): Promise<VoiceRow[]> {
  return await kysely
    .selectFrom('voices')
    .selectAll()
    .where('account_id', '=', o.account)
    .where(is => isNamed(is, o.id))
    .orderBy('id', 'desc')
    .execute()
}

/**
 * Removes a voice by its row's id, or by what calls name it (in every mode). False where the account has
 * none such. Calls that are placed already keep it.
 */
export async function deleteVoice(
  { kysely }: Pick<Database, 'kysely'>,
  o: { account: AccountId; id: string },
): Promise<boolean> {
  const deleted = await kysely
    .deleteFrom('voices')
    .where('account_id', '=', o.account)
    .where(is => isNamed(is, o.id))
    .executeTakeFirst()
  return deleted.numDeletedRows > 0n
}

function isNamed(is: ExpressionBuilder<Tables, 'voices'>, id: string) {
  return isUuid(id) ? is.or([is('id', '=', id as VoiceId), is('voice_id', '=', id)]) : is('voice_id', '=', id)
}
