import type { CallEventBody } from '@parley/contract/events'
import { type Kysely, sql } from 'kysely'
import { newId } from '../domain/new-id.ts'
import type { Database, Transaction } from './database.ts'
import type { OwnCall } from './attempts.ts'
import { appending, type PastEvent } from './events.ts'
import { notifyCall } from './notify.ts'
import { enqueueWebhook } from './outbox.ts'
import { storableJson } from './storable-json.ts'
import type { Tables } from './tables.ts'

/**
 * Stores what happened during a call, in order, and each transcript line that is among it: the transcript is
 * complete up to the last batch, even when the process that ran the call is lost. Does nothing where the call is not
 * the node's any more: after its end nothing is told of a talk.
 */
export async function writeCallEvents(
  database: Database,
  own: OwnCall,
  occurred: readonly { readonly event: CallEventBody; readonly atMs: number }[],
): Promise<void> {
  const nowMs = Date.now()
  const events = occurred.map(({ event, atMs }) => ({ event, ageMs: Math.max(0, nowMs - atMs) }))
  const told = events.some(({ event }) => event.type === 'transferred')
    ? await database.kysely.transaction().execute(trx => writeTransferred(trx, own, events))
    : await writeWithTurns(database.kysely, own, events)
  if (told !== null) await notifyCall(database, own.callId, ...(told ? (['webhook'] as const) : []))
}

/**
 * In one statement, since every call does this every few seconds. Answers whether somebody is to be told; null: the call
 * is not the node's any more, and nothing was stored.
 */
async function writeWithTurns(
  db: Kysely<Tables>,
  { callId, nodeId }: OwnCall,
  events: readonly PastEvent[],
): Promise<boolean | null> {
  const lines = events.flatMap(({ event }) => (event.type === 'transcript' ? [event.entry] : []))
  const ids = lines.flatMap(() => [newId(), newId()])
  const telling =
    lines.length === 0
      ? sql<boolean>`false`
      : sql<boolean>`tell_turns(${ids}::uuid[], ${callId}, ${storableJson(lines)}::jsonb)`
  const answer = await sql<{ told: boolean }>`
    with own as materialized (
      select id from calls where id = ${callId} and node_id = ${nodeId} and status = 'in_progress' for update
    ), stored as materialized (select ${appending(callId, events)} as last from own)
    select ${telling} as told from stored where last is not null`.execute(db)
  return answer.rows[0]?.told ?? null
}

async function writeTransferred(
  trx: Transaction,
  own: OwnCall,
  events: readonly PastEvent[],
): Promise<boolean | null> {
  if ((await writeWithTurns(trx, own, events)) === null) return null
  const call = await trx
    .selectFrom('calls')
    .select(['id', 'account_id', 'webhook_url', 'webhook_events'])
    .where('id', '=', own.callId)
    .executeTakeFirstOrThrow()
  await enqueueWebhook(trx, { call, event: 'call.transferred' })
  return true
}
