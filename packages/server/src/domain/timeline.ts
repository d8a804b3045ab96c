import type { CallEvent, TurnLatency } from '@parley/contract/events'
import type { Timeline, TimelineSpan } from '@parley/contract/timeline'

/**
 * Where the time of a call went, from its events alone. Two clocks meet here: what precedes the answer carries
 * the time of day, what follows it positions on the media clock, which starts at the answer.
 */

/** Events that a timeline is made of; the others may be left out. */
export const timelineEvents = [
  'queued',
  'dialing',
  'ringing',
  'answered',
  'prompt',
  'transcript',
  'tool_call',
  'tool_result',
  'turn_latency',
  'ended',
  'analysed',
] as const satisfies readonly CallEvent['type'][]

type Of<Type extends CallEvent['type']> = Extract<CallEvent, { type: Type }>

export function timelineOf(events: readonly CallEvent[]): Timeline {
  const phases = phasesOf(events)
  const { answeredMs } = phases
  const onLine = answeredMs === null ? [] : events.flatMap(event => lineSpans(event, answeredMs, events))
  const prompt = events.find((event): event is Of<'prompt'> => event.type === 'prompt')?.text ?? null
  const spans = [...phaseSpans(phases), ...onLine].sort((one, other) => one.start_ms - other.start_ms)
  return { answered_ms: answeredMs, prompt, spans }
}

/** When each phase of the call began, in milliseconds since its first event; null: it did not. */
interface Phases {
  readonly dialingMs: number | null
  readonly ringingMs: number | null
  readonly answeredMs: number | null
  readonly endedMs: number | null
  readonly analysedMs: number | null
}

/** Events are in order, so a time before that of an earlier one is a clock that was set: it counts as the same. */
function phasesOf(events: readonly CallEvent[]): Phases {
  const placedAt = Date.parse(events[0]?.occurred_at ?? '')
  const beganMs = new Map<CallEvent['type'], number>()
  let latestMs = 0
  for (const { type, occurred_at } of events) {
    latestMs = Math.max(latestMs, Date.parse(occurred_at) - placedAt)
    if (!beganMs.has(type)) beganMs.set(type, latestMs)
  }
  const of = (type: CallEvent['type']) => beganMs.get(type) ?? null
  return {
    dialingMs: of('dialing'),
    ringingMs: of('ringing'),
    answeredMs: of('answered'),
    endedMs: of('ended'),
    analysedMs: of('analysed'),
  }
}

function phaseSpans({ dialingMs, ringingMs, answeredMs, endedMs, analysedMs }: Phases): TimelineSpan[] {
  const spans: TimelineSpan[] = []
  const add = (kind: TimelineSpan['kind'], startMs: number | null, endMs: number | null) => {
    if (startMs !== null) spans.push({ kind, start_ms: startMs, end_ms: endMs, turn: null, name: null })
  }
  // A call that came in was never queued: it begins with its ringing.
  if (dialingMs !== null || ringingMs === null) add('queue', 0, dialingMs ?? endedMs)
  add('dial', dialingMs, ringingMs ?? answeredMs ?? endedMs)
  add('ring', ringingMs, answeredMs ?? endedMs)
  add('talk', answeredMs, endedMs)
  if (answeredMs !== null) add('aftercall', endedMs, analysedMs)
  return spans
}

function lineSpans(event: CallEvent, answeredMs: number, events: readonly CallEvent[]): TimelineSpan[] {
  switch (event.type) {
    case 'turn_latency':
      return turnSpans(event, answeredMs)
    case 'tool_call': {
      const result = events.find(
        (one): one is Of<'tool_result'> =>
          one.type === 'tool_result' && one.tool_call_id === event.tool_call_id,
      )
      const endMs = result ? answeredMs + result.at_ms : null
      return [
        { kind: 'tool', start_ms: answeredMs + event.at_ms, end_ms: endMs, turn: null, name: event.name },
      ]
    }
    case 'transcript': {
      const { user, start_ms, end_ms } = event.entry
      if (user !== 'assistant' && user !== 'user') return []
      const at = { start_ms: answeredMs + start_ms, end_ms: answeredMs + end_ms }
      return [{ kind: 'speech', ...at, turn: null, name: user }]
    }
    default:
      return []
  }
}

/** Stages one after the other, each from where the one before it ended; one that was not measured is left out. */
function turnSpans({ turn, latency, at_ms }: Of<'turn_latency'>, answeredMs: number): TimelineSpan[] {
  const heardMs = answeredMs + at_ms
  const silentMs = heardMs - latency.voice_to_voice_ms
  const whole: TimelineSpan = { kind: 'turn', start_ms: silentMs, end_ms: heardMs, turn, name: null }
  const stages = stagesOf(latency).map(({ kind, fromMs, toMs }) => ({
    kind,
    start_ms: silentMs + fromMs,
    end_ms: silentMs + toMs,
    turn,
    name: null,
  }))
  return [whole, ...stages]
}

export interface TurnStage {
  readonly kind: 'endpoint' | 'recognition' | 'model' | 'synthesis' | 'playout'
  /** Since the end of the callee's speech. */
  readonly fromMs: number
  readonly toMs: number
}

/** A turn's stages. Recognition may still run while the model is at work already. */
export function stagesOf(latency: TurnLatency): TurnStage[] {
  const { endpoint_ms, recognition_ms, first_token_ms, first_audio_ms, voice_to_voice_ms } = latency
  const decidedMs = endpoint_ms ?? 0
  const after = (ms: number | null) => (ms === null ? null : decidedMs + ms)
  const [finalMs, tokenMs, audioMs] = [after(recognition_ms), after(first_token_ms), after(first_audio_ms)]
  const stages: TurnStage[] = []
  const add = (kind: TurnStage['kind'], fromMs: number, toMs: number | null) => {
    if (toMs !== null) stages.push({ kind, fromMs, toMs: Math.max(fromMs, toMs) })
  }
  add('endpoint', 0, endpoint_ms)
  add('recognition', decidedMs, finalMs)
  add('model', decidedMs, tokenMs)
  add('synthesis', tokenMs ?? decidedMs, audioMs)
  add('playout', audioMs ?? tokenMs ?? decidedMs, voice_to_voice_ms)
  return stages
}
