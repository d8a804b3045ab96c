import type { Page } from '@parley/contract/page'
import { type Kysely, sql } from 'kysely'
import type { AccountId, AgentId } from '../domain/ids.ts'
import { isUuid } from '../domain/is-uuid.ts'
import { newId } from '../domain/new-id.ts'
import { decodeCursor, pageOfRows } from './cursor.ts'
import type { Database, Transaction } from './database.ts'
import { storableJson } from './storable-json.ts'
import type { Tables } from './tables.ts'

export type AgentOptions = Readonly<Record<string, unknown>>

/** An agent with the options of the version that calls get. */
export interface AgentRow {
  readonly id: AgentId
  readonly name: string
  readonly version: number
  readonly options: AgentOptions
  readonly created_at: Date
  readonly updated_at: Date
}

interface AgentOf {
  readonly account: AccountId
  readonly id: string
}

export async function insertAgent(
  trx: Transaction,
  o: { account: AccountId; name: string; options: AgentOptions },
): Promise<AgentRow> {
  const id = newId<AgentId>()
  await trx.insertInto('agents').values({ id, account_id: o.account, name: o.name }).execute()
  await trx
    .insertInto('agent_versions')
    .values({ agent_id: id, version: 1, options: storableJson(o.options) })
    .execute()
  return await selectAgents(trx, o.account).where('agents.id', '=', id).executeTakeFirstOrThrow()
}

/** Null where the account has no such agent: another account's is none. */
export async function findAgent({ kysely }: Pick<Database, 'kysely'>, of: AgentOf): Promise<AgentRow | null> {
  if (!isUuid(of.id)) return null
  const row = await selectAgents(kysely, of.account)
    .where('agents.id', '=', of.id as AgentId)
    .executeTakeFirst()
  return row ?? null
}

/** The account's agents, newest first. An unusable cursor throws RangeError. */
export async function listAgents(
  { kysely }: Database,
  account: AccountId,
  page: { limit: number; cursor?: string | undefined },
): Promise<Page<AgentRow>> {
  let query = selectAgents(kysely, account)
  if (page.cursor !== undefined) query = query.where('agents.id', '<', decodeCursor(page.cursor) as AgentId)
  const rows = await query
    .orderBy('agents.id', 'desc')
    .limit(page.limit + 1)
    .execute()
  return pageOfRows(rows, page.limit)
}

/** Changes what is given; new options are a new version. Null where the account has no such agent. */
export async function changeAgent(
  trx: Transaction,
  of: AgentOf,
  change: { name?: string | undefined; options?: AgentOptions | undefined },
): Promise<AgentRow | null> {
  if (!isUuid(of.id)) return null
  const id = of.id as AgentId
  const changed = await trx
    .updateTable('agents')
    .set({
      updated_at: sql<Date>`now()`,
      ...(change.name === undefined ? {} : { name: change.name }),
      ...(change.options === undefined ? {} : { version: newestVersion(id, 1) }),
    })
    .where('account_id', '=', of.account)
    .where('id', '=', id)
    .returning('version')
    .executeTakeFirst()
  if (changed === undefined) return null
  if (change.options !== undefined) {
    const options = storableJson(change.options)
    await trx
      .insertInto('agent_versions')
      .values({ agent_id: id, version: changed.version, options })
      .execute()
  }
  return await findAgent({ kysely: trx }, of)
}

export interface AgentVersionRow {
  readonly version: number
  readonly options: AgentOptions
  readonly created_at: Date
}

/** An agent's versions, newest first; the cursor is the last version shown. */
export async function listAgentVersions(
  { kysely }: Database,
  agent: AgentId,
  page: { limit: number; before?: number | undefined },
): Promise<AgentVersionRow[]> {
  return await kysely
    .selectFrom('agent_versions')
    .select(['version', 'options', 'created_at'])
    .where('agent_id', '=', agent)
    .where('version', '<', page.before ?? 2 ** 31 - 1)
    .orderBy('version', 'desc')
    .limit(page.limit)
    .execute()
}

/** Null where there is no such version. */
export async function findAgentVersion(
  { kysely }: Pick<Database, 'kysely'>,
  agent: AgentId,
  version: number,
): Promise<AgentVersionRow | null> {
  const row = await kysely
    .selectFrom('agent_versions')
    .select(['version', 'options', 'created_at'])
    .where('agent_id', '=', agent)
    .where('version', '=', version)
    .executeTakeFirst()
  return row ?? null
}

/** `in_use`: it answers numbers, and is left as it is. */
export async function deleteAgent(trx: Transaction, of: AgentOf): Promise<'deleted' | 'unknown' | 'in_use'> {
  if (!isUuid(of.id)) return 'unknown'
  const id = of.id as AgentId
  const found = await trx
    .selectFrom('agents')
    .select('id')
    .where('account_id', '=', of.account)
    .where('id', '=', id)
    .forUpdate()
    .executeTakeFirst()
  if (found === undefined) return 'unknown'
  const numbers = await trx
    .selectFrom('phone_numbers')
    .select('id')
    .where('inbound_agent_id', '=', id)
    .limit(1)
    .execute()
  if (numbers.length > 0) return 'in_use'
  await trx.deleteFrom('agents').where('id', '=', id).execute()
  return 'deleted'
}

/** One past the newest version, under the lock that the update has on the agent's row. */
function newestVersion(agent: AgentId, more: number) {
  return sql<number>`(select max(version) + ${more} from agent_versions where agent_id = ${agent})`
}

const selectAgents = (kysely: Kysely<Tables>, account: AccountId) =>
  kysely
    .selectFrom('agents')
    .innerJoin('agent_versions', join =>
      join
        .onRef('agent_versions.agent_id', '=', 'agents.id')
        .onRef('agent_versions.version', '=', 'agents.version'),
    )
    .select(['agents.id', 'agents.name', 'agents.version', 'agent_versions.options'])
    .select(['agents.created_at', 'agents.updated_at'])
    .where('agents.account_id', '=', account)
