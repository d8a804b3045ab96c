import { sql } from 'kysely'
import type { ControlWish } from '../domain/control.ts'
import type { CallId, ControlId, NodeId } from '../domain/ids.ts'
import type { Database, Transaction } from './database.ts'
import { storableJson } from './storable-json.ts'

/** What customers ask of live calls, on its way from the API to the worker that has the call. */

/** Rows that nobody came back for are cleared away by later ones, a few at a time. */
const keptFor = sql`interval '10 minutes'`
const sweep = 20

export async function insertControl(trx: Transaction, { id, callId, wish }: TakenControl): Promise<void> {
  await sql`delete from call_controls where id in (
    select id from call_controls where created_at < now() - ${keptFor} limit ${sweep} for update skip locked
  )`.execute(trx)
  await trx
    .insertInto('call_controls')
    .values({ id, call_id: callId, wish: storableJson(wish) })
    .execute()
}

export interface TakenControl {
  readonly id: ControlId
  readonly callId: CallId
  readonly wish: ControlWish
}

/** Takes what waits for these calls of this node, in the order in which it was asked for: nobody gets it again. */
export async function takeControls(
  { kysely }: Database,
  { nodeId, callIds }: { nodeId: NodeId; callIds: readonly CallId[] },
): Promise<TakenControl[]> {
  if (callIds.length === 0) return []
  const taken = await sql<TakenControl>`
    with waiting as (
      select call_controls.id, call_id, wish from call_controls join calls on calls.id = call_id
      where call_id = any(${callIds}::uuid[]) and taken_at is null and node_id = ${nodeId}
      for update of call_controls skip locked
    ), taken as (
      update call_controls set taken_at = now(), wish = null from waiting
      where call_controls.id = waiting.id returning call_controls.id
    )
    select waiting.id, call_id as "callId", wish from waiting join taken on taken.id = waiting.id
    order by waiting.id`.execute(kysely)
  return taken.rows
}

/** Keeps whether the conversation took it; `fault`: why not. */
export async function settleControl(
  { kysely }: Database,
  id: ControlId,
  fault: string | null,
): Promise<void> {
  await kysely
    .updateTable('call_controls')
    .set({ settled_at: sql<Date>`now()`, fault })
    .where('id', '=', id)
    .execute()
}

/** What has become of it, and gone from here where it is settled. Null: nothing yet. */
export async function collectControl(
  { kysely }: Database,
  id: ControlId,
): Promise<{ readonly fault: string | null } | null> {
  const row = await kysely
    .deleteFrom('call_controls')
    .where('id', '=', id)
    .where('settled_at', 'is not', null)
    .returning('fault')
    .executeTakeFirst()
  return row ?? null
}

/** Takes it back where no worker has taken it; answers whether. */
export async function withdrawControl({ kysely }: Database, id: ControlId): Promise<boolean> {
  const row = await kysely
    .deleteFrom('call_controls')
    .where('id', '=', id)
    .where('taken_at', 'is', null)
    .executeTakeFirst()
  return row.numDeletedRows === 1n
}
