/** What a webhook says: the flat object it is about, and what happened to it. */

export interface Happening {
  readonly event: string
  readonly eventId: string
  readonly occurredAt: Date
  /** Orders the events of one call; others by the time. Null: unknown. */
  readonly sequence: string | null
  /** What belongs to this event alone; all there is, where the event is no call's. */
  readonly details: Readonly<Record<string, unknown>> | null
}

export function messageOf(call: object | null, happening: Happening): Record<string, unknown> {
  const { event, eventId, occurredAt, sequence, details } = happening
  return {
    ...(call === null ? {} : aboutCall(call, event)),
    ...details,
    event,
    event_id: eventId,
    occurred_at: occurredAt.toISOString(),
    ...(sequence === null ? {} : { sequence: Number(sequence) }),
  }
}

/** A turn is told while the call goes on: all that was said before would go out again with each one. */
function aboutCall(call: object, event: string): Record<string, unknown> {
  const { transcript, request, ...summary } = call as Record<string, unknown>
  return event === 'call.turn' ? summary : { ...summary, transcript, request }
}
