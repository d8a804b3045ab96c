import { sql } from 'kysely'
import type { AccountId, AgentId, CarrierId, TrunkId } from '../domain/ids.ts'
import { settingsTrunk } from './admission.ts'
import type { Database } from './database.ts'
import { accountIn, gatewayColumns, type SealedCredentials } from './trunks.ts'

/** A number that somebody answers. */
export interface AnsweredNumber {
  readonly account: AccountId
  /** The trunk that the call came in by. */
  readonly trunk: TrunkId
  /** As it was set: options of a call. */
  readonly agent: Readonly<Record<string, unknown>>
  /** Of which these are the options; null: the number has its own. */
  readonly agentId: AgentId | null
}

/** A carrier of any account that calls may come in by. */
export interface InboundCarrier {
  readonly id: CarrierId
  readonly host: string
  /** What its calls have to prove by; null where the address is proof enough. */
  readonly proof: SealedCredentials | null
  readonly srtp: boolean
}

export async function inboundCarriers({ kysely }: Database): Promise<InboundCarrier[]> {
  const rows = await kysely
    .selectFrom('carriers')
    .select(['id', 'inbound_auth', ...gatewayColumns])
    .where('inbound', '=', true)
    .where('kind', '=', 'sip')
    .execute()
  return rows.map(row => ({
    id: row.id,
    host: row.host ?? '',
    proof: row.inbound_auth ? accountIn(row) : null,
    srtp: row.srtp,
  }))
}

/** The number's own options, or else those of its saved agent's newest version. */
const answering = sql<Readonly<Record<string, unknown>> | null>`coalesce(phone_numbers.inbound_agent, (
  select options from agents join agent_versions on agent_id = agents.id and agent_versions.version = agents.version
  where agents.id = phone_numbers.inbound_agent_id
))`.as('agent')

const answeringId = sql<AgentId | null>`case when phone_numbers.inbound_agent is null
  then phone_numbers.inbound_agent_id end`.as('agent_id')

/**
 * Who answers a number that is called over one of these carriers: an account that has both the number and one of
 * them; for the trunk of the settings, any account with the number. Where several accounts named the same number,
 * the one that did so first. Null: nobody.
 */
export async function findAnsweredNumber(
  { kysely }: Database,
  o: { number: string; carriers: readonly CarrierId[]; isSettingsTrunk: boolean },
): Promise<AnsweredNumber | null> {
  const row = await kysely
    .selectFrom('phone_numbers')
    .leftJoin('carriers', join =>
      join
        .onRef('carriers.account_id', '=', 'phone_numbers.account_id')
        .on('carriers.id', '=', is => is.fn.any(is.val([...o.carriers])))
        .on(is =>
          is.or([
            is('phone_numbers.carrier_id', 'is', null),
            is('phone_numbers.carrier_id', '=', is.ref('carriers.id')),
          ]),
        ),
    )
    .select(['phone_numbers.account_id', answering, answeringId, 'carriers.id as carrier_id'])
    .where('number', '=', o.number)
    .where(is => is.or([is('inbound_agent', 'is not', null), is('inbound_agent_id', 'is not', null)]))
    .where(is =>
      is.or([
        is('carriers.id', 'is not', null),
        is.and([is('phone_numbers.carrier_id', 'is', null), is.val(o.isSettingsTrunk)]),
      ]),
    )
    .orderBy(sql`carriers.id is null`)
    .orderBy('phone_numbers.id')
    .orderBy('carriers.priority')
    .limit(1)
    .executeTakeFirst()
  if (!row?.agent) return null
  const { account_id: account, agent, agent_id: agentId } = row
  return { account, trunk: row.carrier_id ?? settingsTrunk, agent, agentId }
}

/**
 * Who answers a number when a vendor announces a call to it: the account of the carrier, where it has the number
 * and does not keep it with another carrier. Null: nobody.
 */
export async function findNumberOfCarrier(
  { kysely }: Database,
  o: { number: string; carrier: CarrierId },
): Promise<AnsweredNumber | null> {
  const row = await kysely
    .selectFrom('carriers')
    .innerJoin('phone_numbers', 'phone_numbers.account_id', 'carriers.account_id')
    .select(['phone_numbers.account_id', answering, answeringId])
    .where('carriers.id', '=', o.carrier)
    .where('number', '=', o.number)
    .where(is =>
      is.or([
        is('phone_numbers.carrier_id', 'is', null),
        is('phone_numbers.carrier_id', '=', is.ref('carriers.id')),
      ]),
    )
    .executeTakeFirst()
  if (!row?.agent) return null
  return { account: row.account_id, trunk: o.carrier, agent: row.agent, agentId: row.agent_id }
}
