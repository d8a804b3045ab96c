import { advance, begin } from '../../src/conversation/advance.ts'
import { judgeEarly, nothingEarly } from '../../src/conversation/answering/early-media.ts'
import type { Unconnected } from '../../src/conversation/answering/machine.ts'
import { type LineSound, openLineEars } from '../../src/conversation/line-ears.ts'
import type { Outcome } from '../../src/domain/outcome.ts'
import { termsOf } from '../../src/conversation/terms.ts'
import { plan } from '../conversation/stage.ts'
import type { Answer, Label } from './corpus.ts'
import type { Told } from './hear.ts'
import type { Rendered } from './render.ts'

export interface Judged {
  readonly label: Label
  /** When the verdict stood, on the media clock; null: none was needed. */
  readonly atMs: number | null
}

/** Plays an answer to the supervisor in virtual time, with what the ears were told when they were told it. */
export function judge(answer: Answer, rendered: Rendered, told: readonly Told[]): Judged {
  return answer.early ? judgeNetwork(answer, rendered, told) : judgeCallee(rendered, told)
}

function judgeCallee({ audio }: Rendered, told: readonly Told[]): Judged {
  const silent = { ...plan, firstSentence: null, callId: plan.callId }
  let state = begin(termsOf({ plan: silent }, { takesTurns: true, needsWords: false }))
  let outcome: Outcome | null = null
  let verdict: Judged | null = null
  const waiting = [...told]
  const take = (event: Parameters<typeof advance>[1]['event'], nowMs: number) => {
    const [next, commands] = advance(state, {
      nowMs,
      queuedMs: 0,
      loudUntilMs: nowMs,
      elapsedMs: nowMs,
      event,
    })
    state = next
    for (const command of commands) if (command.type === 'finish') outcome = command.outcome
    const label = labelOf(state.machine?.kind === 'screener', state.answer.verdict, outcome)
    if (label !== verdict?.label && label !== null) verdict = { label, atMs: nowMs }
  }
  eachFrame(audio, (nowMs, sounds) => {
    for (const sound of sounds) take(sound, nowMs)
    while (waiting[0] && waiting[0].atMs <= nowMs) take((waiting.shift() as Told).event, nowMs)
    take({ type: 'tick' }, nowMs)
    return outcome === null
  })
  return verdict ?? { label: told.length > 0 ? 'human' : 'nobody', atMs: null }
}

function labelOf(screened: boolean, verdict: string | null, outcome: Outcome | null): Label | null {
  if (screened) return 'screening'
  if (outcome?.errorMessage?.startsWith('A fax')) return 'fax'
  if (outcome?.endReason === 'voicemail') return 'voicemail'
  return verdict === 'human' || verdict === 'ivr' || verdict === 'voicemail' ? verdict : null
}

const labelOfNetwork: Readonly<Record<Unconnected | 'mailbox', Label>> = {
  mailbox: 'voicemail',
  busy: 'busy',
  congested: 'congested',
  invalid_number: 'invalid_number',
  unreachable: 'unreachable',
  not_answered: 'unreachable',
  blocked: 'unreachable',
  not_connected: 'not_connected',
}

function judgeNetwork(answer: Answer, { audio }: Rendered, told: readonly Told[]): Judged {
  let early = nothingEarly
  let verdict: Judged | null = null
  const terms = { fastBusy: answer.language === 'es', awaitsMailbox: false }
  const waiting = [...told]
  const take = (event: Parameters<typeof judgeEarly>[1], atMs: number) => {
    const [next, found] = judgeEarly(early, event, terms)
    early = next
    if (found !== null) verdict ??= { label: labelOfNetwork[found], atMs }
  }
  eachFrame(audio, (nowMs, sounds) => {
    for (const sound of sounds) if (sound.type === 'tone') take(sound, nowMs)
    while (waiting[0] && waiting[0].atMs <= nowMs) {
      const { event } = waiting.shift() as Told
      if (event.type === 'heard' && event.text !== '')
        take({ type: 'words', text: event.text, durationMs: event.endMs - event.startMs }, nowMs)
    }
    return verdict === null
  })
  return verdict ?? { label: 'nobody', atMs: null }
}

/** What tones and sounds each frame of the audio brings; ends early where `goesOn` says so. */
function eachFrame(
  audio: Uint8Array,
  goesOn: (nowMs: number, sounds: readonly LineSound[]) => boolean,
): void {
  const sounds: LineSound[] = []
  const hear = openLineEars(sound => sounds.push(sound))
  for (let at = 0; at + 160 <= audio.length; at += 160) {
    hear(audio.subarray(at, at + 160), at / 8)
    if (!goesOn(at / 8 + 20, sounds.splice(0))) return
  }
}
