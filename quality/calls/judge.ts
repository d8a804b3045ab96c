import type { TranscriptEntry } from '@parley/contract/events'
import { type FinishedCall, firstSentence } from '../../packages/rehearsal/test/platform/platform.ts'
import { offsetsOf } from './agreement.ts'
import { stopTimeMs, type Voices, voicedShare, voicesIn } from './recording.ts'
import type { Expectations, Scenario } from './scenario.ts'

export interface Judged {
  /** What was not as expected, in words. */
  readonly faults: readonly string[]
  /** Null: the call was not about that. */
  readonly firstSentenceExact: boolean | null
  readonly farewellComplete: boolean | null
  readonly latenciesMs: readonly number[]
  readonly stopMs: number | null
  /** Between the transcript and the recording, milliseconds. */
  readonly offsetsMs: readonly number[]
}

/** Between the agent's last sound and its BYE lies at least so much, as the callee's phone heard it. */
const leastLingerMs = 180
/** Of the stretch that the transcript gives a sentence. */
const leastVoiced = 0.45

/** Holds a finished call against what its scenario expects of events, timing, transcript and recording. */
export function judgeCall({ expects, request }: Scenario, call: FinishedCall): Judged {
  const voices = call.recording === null ? null : voicesIn(call.recording)
  const { first_sentence: asked } = request
  const wanted = typeof asked === 'string' ? asked : firstSentence
  const exact = expects.firstSentence ? isHeardWhole(wanted, call, voices) : null
  const farewell = expects.farewell ? isFarewellWhole(call, voices) : null
  const faults = [
    ...outcomeFaults(expects, call),
    ...textFaults(expects, call, voices),
    ...eventFaults(expects, call),
    ...(exact === false ? ['the first sentence was not heard word for word'] : []),
    ...(farewell === false ? ['the farewell was not heard whole'] : []),
  ]
  const stops = expects.events.includes('interruption') && voices !== null
  return {
    faults,
    firstSentenceExact: exact,
    farewellComplete: farewell,
    latenciesMs: call.events.flatMap(event =>
      event.type === 'turn_latency' ? [event.latency.voice_to_voice_ms] : [],
    ),
    stopMs: stops ? stopTimeMs(voices) : null,
    offsetsMs: call.recording === null ? [] : offsetsOf(call.recording, call.call.transcript),
  }
}

const spoken = ({ call }: FinishedCall, user: TranscriptEntry['user']): TranscriptEntry[] =>
  call.transcript.filter(entry => entry.user === user)

const textOf = (entries: readonly TranscriptEntry[]): string => entries.map(({ text }) => text).join(' ')

function isHeardWhole(text: string, call: FinishedCall, voices: Voices | null): boolean {
  const entry = spoken(call, 'assistant').find(one => one.text === text)
  return entry !== undefined && isWhole(entry, voices)
}

function isWhole({ interrupted, start_ms, end_ms }: TranscriptEntry, voices: Voices | null): boolean {
  if (interrupted || voices === null) return false
  return voicedShare(voices, { startMs: start_ms, endMs: end_ms }) >= leastVoiced
}

function isFarewellWhole(call: FinishedCall, voices: Voices | null): boolean {
  const last = spoken(call, 'assistant').at(-1)
  const end = call.callee.find(note => note.event === 'ended')
  if (last === undefined || end?.event !== 'ended' || !/goodbye/iu.test(last.text)) return false
  return isWhole(last, voices) && (end.reception.lastVoiceToEndMs ?? 0) >= leastLingerMs
}

function outcomeFaults({ outcome, network, answeredBy }: Expectations, { call }: FinishedCall): string[] {
  const wanted = { end_reason: outcome, call_status: network, answered_by: answeredBy }
  const why = call.error_message === null ? '' : ` (${JSON.stringify(call.error_message)})`
  return Object.entries(wanted).flatMap(([name, value]) =>
    fault(
      value !== undefined && call[name] !== value,
      `${name} is ${String(call[name])}, not ${value}${why}`,
    ),
  )
}

const fault = (isThere: boolean, told: string): string[] => (isThere ? [told] : [])

function textFaults(expects: Expectations, call: FinishedCall, voices: Voices | null): string[] {
  const agent = spoken(call, 'assistant')
  const [first] = agent
  const callee = textOf(spoken(call, 'user'))
  const { opens, leaves, calleeSays } = expects
  const opened = opens === undefined || (first?.text === opens && isWhole(first, voices))
  const left = leaves === undefined || isHeardWhole(leaves, call, voices)
  return [
    ...expects.agentSays.flatMap(text =>
      fault(!new RegExp(text, 'iu').test(textOf(agent)), `the agent never said ${text}: ${textOf(agent)}`),
    ),
    ...fault(!new RegExp(calleeSays ?? '', 'iu').test(callee), `the callee was heard to say: ${callee}`),
    ...fault(!opened, `the opening was ${first?.text ?? 'silence'}`),
    ...fault(!left, 'the message was not left whole'),
    ...fault(expects.firstStopped && first?.interrupted !== true, 'the first sentence was not stopped'),
  ]
}

function eventFaults(expects: Expectations, call: FinishedCall): string[] {
  const types = new Set<string>(call.events.map(({ type }) => type))
  const received = call.callee.flatMap(note => (note.event === 'digit' ? [note.digit] : [])).join('')
  const pressed = textOf(spoken(call, 'dtmf'))
  return [
    ...expects.events.flatMap(type => fault(!types.has(type), `no ${type}`)),
    ...expects.never.flatMap(type => fault(types.has(type), `there was ${type}`)),
    ...fault(!call.events.every(({ sequence }, at) => sequence === at + 1), 'the events have gaps'),
    ...fault(!received.includes(expects.keys ?? ''), `the callee received the keys "${received}"`),
    ...fault(!pressed.includes(expects.calleePresses ?? ''), "the callee's keys were not understood"),
  ]
}
