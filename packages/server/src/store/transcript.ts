import type { CallEventBody } from '@parley/contract/events'
import { type Kysely, sql } from 'kysely'
import type { CallId } from '../domain/ids.ts'
import { newId } from '../domain/new-id.ts'
import type { Database, Transaction } from './database.ts'
import { appending, appendPastEvents, type PastEvent } from './events.ts'
import { notifyCall } from './notify.ts'
import { enqueueWebhook } from './outbox.ts'
import { storableJson } from './storable-json.ts'
import type { Tables } from './tables.ts'

/**
 * Stores what happened during a call, in order, and each transcript line that is among it: the transcript is
 * complete up to the last batch, even when the process that ran the call is lost.
 */
export async function writeCallEvents(
  database: Database,
  callId: CallId,
  occurred: readonly { readonly event: CallEventBody; readonly atMs: number }[],
): Promise<void> {
  const nowMs = Date.now()
  const events = occurred.map(({ event, atMs }) => ({ event, ageMs: Math.max(0, nowMs - atMs) }))
  const told = events.some(({ event }) => event.type === 'transferred')
    ? await database.kysely.transaction().execute(trx => writeTransferred(trx, callId, events))
    : await writeWithTurns(database.kysely, callId, events)
  await notifyCall(database, callId, ...(told ? (['webhook'] as const) : []))
}

/** In one statement, since every call does this every few seconds. Answers whether somebody is to be told. */
async function writeWithTurns(
  db: Kysely<Tables>,
  callId: CallId,
  events: readonly PastEvent[],
): Promise<boolean> {
  const lines = events.flatMap(({ event }) => (event.type === 'transcript' ? [event.entry] : []))
  if (lines.length === 0) {
    await appendPastEvents(db, callId, events)
    return false
  }
  const ids = lines.flatMap(() => [newId(), newId()])
  const answer = await sql<{ told: boolean }>`
    with stored as materialized (select ${appending(callId, events)} as last)
    select tell_turns(${ids}::uuid[], ${callId}, ${storableJson(lines)}::jsonb) as told
    from stored where last is not null`.execute(db)
  const [row] = answer.rows
  if (row === undefined) throw new Error(`there is no call ${callId} to add events to`)
  return row.told
}

async function writeTransferred(
  trx: Transaction,
  callId: CallId,
  events: readonly PastEvent[],
): Promise<boolean> {
  await writeWithTurns(trx, callId, events)
  const call = await trx
    .selectFrom('calls')
    .select(['id', 'account_id', 'webhook_url', 'webhook_events'])
    .where('id', '=', callId)
    .executeTakeFirstOrThrow()
  await enqueueWebhook(trx, { call, event: 'call.transferred' })
  return true
}
