import type { CallEvent, CallEventBody } from '@parley/contract/events'
import { type Kysely, sql } from 'kysely'
import type { CallId } from '../domain/ids.ts'
import type { Database } from './database.ts'
import { storableJson } from './storable-json.ts'
import type { Tables } from './tables.ts'

/** An event, and how long ago it occurred. */
export interface PastEvent {
  readonly event: CallEventBody
  readonly ageMs: number
}

/** As `appendPastEvents`, for what occurs now. */
export function appendEvents(
  db: Kysely<Tables>,
  callId: CallId,
  bodies: readonly CallEventBody[],
): Promise<number> {
  return appendPastEvents(
    db,
    callId,
    bodies.map(event => ({ event, ageMs: 0 })),
  )
}

/**
 * Adds to a call's event sequence, with the transcript lines among the events, and returns its last number.
 * The call's row stays locked until the transaction ends: numbers have no gaps, and whoever sees one has seen
 * all before it. Throws when there is no such call.
 */
export async function appendPastEvents(
  db: Kysely<Tables>,
  callId: CallId,
  events: readonly PastEvent[],
): Promise<number> {
  const answer = await sql<{ last: number | null }>`select ${appending(callId, events)} as last`.execute(db)
  const last = answer.rows[0]?.last ?? null
  if (last === null) throw new Error(`there is no call ${callId} to add events to`)
  return last
}

/** SQL that adds events; its value is the last number, or null where there is no such call. */
export function appending(callId: CallId, events: readonly PastEvent[]) {
  const bodies = storableJson(events.map(({ event }) => event))
  const agesMs = events.map(({ ageMs }) => ageMs)
  return sql<number | null>`append_call_events(${callId}, ${bodies}::jsonb, ${agesMs}::float8[])`
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
  return rows.map(eventOf)
}

/** Events of these types, in order; of a call that has more, the first `limit`. */
export async function readEventsOf(
  { kysely }: Database,
  callId: CallId,
  wanted: { types: readonly CallEvent['type'][]; limit: number },
): Promise<CallEvent[]> {
  const rows = await kysely
    .selectFrom('call_events')
    .select(['sequence', 'body', 'occurred_at'])
    .where('call_id', '=', callId)
    .where('type', 'in', wanted.types)
    .orderBy('sequence')
    .limit(wanted.limit)
    .execute()
  return rows.map(eventOf)
}

function eventOf(row: { sequence: number; body: CallEventBody; occurred_at: Date }): CallEvent {
  return { sequence: row.sequence, occurred_at: row.occurred_at.toISOString(), ...row.body }
}
