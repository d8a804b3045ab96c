import type { CallEventBody } from '@parley/contract/events'
import type { CallId } from '../domain/ids.ts'
import type { Database, Transaction } from './database.ts'
import { appendEvents } from './events.ts'
import { notifyCall } from './notify.ts'
import { enqueueWebhook } from './outbox.ts'

/**
 * Stores what happened during a call, in order, and keeps each transcript line that is among it: the
 * transcript is complete up to the last batch, even when the process that ran the call is lost.
 */
export async function writeCallEvents(
  database: Database,
  callId: CallId,
  events: readonly CallEventBody[],
): Promise<void> {
  const lines = events.flatMap(event => (event.type === 'transcript' ? [event.entry] : []))
  await database.kysely.transaction().execute(async trx => {
    await appendEvents(trx, callId, events)
    if (events.some(({ type }) => type === 'transferred')) await tellTransferred(trx, callId)
    if (lines.length === 0) return
    await trx
      .insertInto('transcript_entries')
      .values(
        lines.map(({ user, created_at, ...line }) => ({
          ...line,
          call_id: callId,
          speaker: user,
          created_at: new Date(created_at),
          start_ms: Math.round(line.start_ms),
          end_ms: Math.round(line.end_ms),
        })),
      )
      .execute()
  })
  await notifyCall(database, callId)
}

async function tellTransferred(trx: Transaction, callId: CallId): Promise<void> {
  const call = await trx
    .selectFrom('calls')
    .select(['id', 'account_id', 'webhook_url', 'webhook_events'])
    .where('id', '=', callId)
    .executeTakeFirstOrThrow()
  await enqueueWebhook(trx, { call, event: 'call.transferred' })
}
