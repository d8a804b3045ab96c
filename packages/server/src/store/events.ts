import type { CallEvent, CallEventBody } from '@parley/contract/events'
import type { CallId } from '../domain/ids.ts'
import type { Database, Transaction } from './database.ts'
import { storableJson } from './storable-json.ts'

/**
 * Adds to a call's event sequence and returns its last number. Counting happens on the call's own row,
 * which stays locked until the transaction ends: numbers have no gaps, and whoever sees one has seen
 * all before it. Throws when there is no such call.
 */
export async function appendEvents(
  trx: Transaction,
  callId: CallId,
  bodies: readonly CallEventBody[],
): Promise<number> {
  const call = await trx
    .updateTable('calls')
    .set(row => ({ next_sequence: row('next_sequence', '+', bodies.length) }))
    .where('id', '=', callId)
    .returning('next_sequence')
    .executeTakeFirstOrThrow()
  const first = call.next_sequence - bodies.length
  const rows = bodies.map((body, n) => ({
    call_id: callId,
    sequence: first + n,
    type: body.type,
    body: storableJson(body),
  }))
  if (rows.length > 0) await trx.insertInto('call_events').values(rows).execute()
  return call.next_sequence - 1
}

/** The events after `afterSequence` (0: from the first), in order, at most `limit`. */
export async function readEvents(
  { kysely }: Database,
  callId: CallId,
  page: { afterSequence: number; limit: number },
): Promise<CallEvent[]> {
  const rows = await kysely
    .selectFrom('call_events')
    .select(['sequence', 'body', 'occurred_at'])
    .where('call_id', '=', callId)
    .where('sequence', '>', page.afterSequence)
    .orderBy('sequence')
    .limit(page.limit)
    .execute()
  return rows.map(({ sequence, body, occurred_at }) => ({
    sequence,
    occurred_at: occurred_at.toISOString(),
    ...body,
  }))
}
