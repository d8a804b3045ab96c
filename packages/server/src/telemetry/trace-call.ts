import { type Context, ROOT_CONTEXT, SpanKind, SpanStatusCode, trace, type Tracer } from '@opentelemetry/api'
import type { CallEvent, CallEventBody } from '@parley/contract/events'
import type { TimelineSpan } from '@parley/contract/timeline'
import type { CallWatch, WatchCall, WatchedCall } from '../domain/call-watch.ts'
import type { Outcome } from '../domain/outcome.ts'
import { timelineEvents, timelineOf } from '../domain/timeline.ts'

/**
 * OpenTelemetry spans of each call: call → dial and talk → turn → stage. They are made of the call's timeline when
 * it is over, so that both tell the same, and carry no word that was said and no number of anybody.
 */
export function traceCalls(tracer: Tracer): WatchCall {
  return call => new TracedCall(call, tracer)
}

/** Of a call that talks for hours the first so many events are traced. */
const mostEvents = 5_000
const traced: ReadonlySet<string> = new Set(timelineEvents)

class TracedCall implements CallWatch {
  readonly #call: WatchedCall
  readonly #tracer: Tracer
  readonly #events: CallEvent[] = []

  constructor(call: WatchedCall, tracer: Tracer) {
    this.#call = call
    this.#tracer = tracer
  }

  told(event: CallEventBody, atMs: number): void {
    const isLast = event.type === 'ended'
    if (!traced.has(event.type) || (this.#events.length >= mostEvents && !isLast)) return
    const place = { sequence: this.#events.length + 1, occurred_at: new Date(atMs).toISOString() }
    this.#events.push({ ...place, ...wordless(event) })
  }

  placed(): void {}

  over(outcome: Outcome): void {
    const { id, mode, direction } = this.#call
    const { spans } = timelineOf(this.#events)
    const originMs = Date.parse(this.#events[0]?.occurred_at ?? '')
    const endMs = Math.max(0, ...spans.map(span => span.end_ms ?? span.start_ms))
    const attributes = {
      'parley.call_id': id,
      'parley.mode': mode,
      'parley.direction': direction,
      'parley.call_status': outcome.callStatus,
      'parley.end_reason': outcome.endReason ?? 'none',
      'parley.fault': outcome.fault,
    }
    const kind = direction === 'inbound' ? SpanKind.SERVER : SpanKind.CLIENT
    const call = this.#tracer.startSpan('call', { kind, attributes, startTime: originMs }, ROOT_CONTEXT)
    if (outcome.status === 'failed') call.setStatus({ code: SpanStatusCode.ERROR })
    this.#add(spans, { context: trace.setSpan(ROOT_CONTEXT, call), originMs, endMs })
    call.end(originMs + endMs)
  }

  /** Parents come before their children: a turn before its stages, the talk before what happens in it. */
  #add(
    spans: readonly TimelineSpan[],
    { context, originMs, endMs }: { context: Context; originMs: number; endMs: number },
  ): void {
    const parents = new Map<string, Context>()
    const byRank = spans.filter(({ kind }) => !elsewhere.has(kind)).toSorted((a, b) => rankOf(a) - rankOf(b))
    for (const { kind, start_ms, end_ms, turn, name } of byRank) {
      const parent = parents.get(parentOf(kind, turn)) ?? context
      const attributes = {
        ...(turn === null ? {} : { 'parley.turn': turn }),
        ...(kind === 'tool' && name !== null ? { 'parley.tool': name } : {}),
        ...(kind === 'speech' && name !== null ? { 'parley.speaker': name } : {}),
      }
      const span = this.#tracer.startSpan(kind, { attributes, startTime: originMs + start_ms }, parent)
      if (kind === 'talk' || kind === 'turn') parents.set(keyOf(kind, turn), trace.setSpan(parent, span))
      span.end(originMs + (end_ms ?? endMs))
    }
  }
}

/** What other processes do, before and after this one has the call. */
const elsewhere: ReadonlySet<TimelineSpan['kind']> = new Set(['queue', 'aftercall'])

const keyOf = (kind: 'talk' | 'turn', turn: number | null): string =>
  kind === 'talk' ? 'talk' : `turn ${turn}`

const stages: ReadonlySet<TimelineSpan['kind']> = new Set([
  'endpoint',
  'recognition',
  'model',
  'synthesis',
  'playout',
])

/** Whom a span stands under; what has no such parent stands under the call. */
function parentOf(kind: TimelineSpan['kind'], turn: number | null): string {
  if (stages.has(kind)) return keyOf('turn', turn)
  return kind === 'turn' || kind === 'tool' || kind === 'speech' ? keyOf('talk', null) : ''
}

function rankOf({ kind }: TimelineSpan): number {
  if (kind === 'talk') return 0
  return kind === 'turn' ? 1 : 2
}

/** What was said, asked and answered is no matter of a trace, so it is not even kept until the end. */
function wordless(event: CallEventBody): CallEventBody {
  switch (event.type) {
    case 'prompt':
      return { ...event, text: '' }
    case 'transcript':
      return { ...event, entry: { ...event.entry, text: '' } }
    case 'control':
      return { ...event, detail: '' }
    case 'tool_call':
      return { ...event, arguments: null }
    case 'tool_result':
      return { ...event, result: null }
    default:
      return event
  }
}
