import type { CallEventBody } from '@parley/contract/events'
import type { CallId } from '../domain/ids.ts'
import type { Database, Transaction } from './database.ts'
import { appendPastEvents } from './events.ts'
import { notifyCall } from './notify.ts'
import { enqueueWebhook } from './outbox.ts'

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
  if (!events.some(({ event }) => event.type === 'transferred')) {
    await appendPastEvents(database.kysely, callId, events)
    return await notifyCall(database, callId)
  }
  await database.kysely.transaction().execute(async trx => {
    await appendPastEvents(trx, callId, events)
    await tellTransferred(trx, callId)
  })
  await notifyCall(database, callId, 'webhook')
}

async function tellTransferred(trx: Transaction, callId: CallId): Promise<void> {
  const call = await trx
    .selectFrom('calls')
    .select(['id', 'account_id', 'webhook_url', 'webhook_events'])
    .where('id', '=', callId)
    .executeTakeFirstOrThrow()
  await enqueueWebhook(trx, { call, event: 'call.transferred' })
}
