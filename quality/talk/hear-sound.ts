import { setTimeout as delay } from 'node:timers/promises'
import type { Ears } from '@parley/engines/ears'
import type { SpeechEvent } from '@parley/engines/detection/speech-gate'
import {
  hearing,
  nothingHeard,
  type HearingEvent,
} from '../../packages/server/src/speech/cascade/heard-turns.ts'
import type { VoiceEvent } from '../../packages/server/src/speech/port.ts'
import type { Said, Sound } from './sound.ts'

/** What a conversation is told of the callee's speech, and when, on the clock of the sound. */
export interface Told {
  readonly atMs: number
  readonly event: VoiceEvent
}

/** Whose words they are: those that the local ears made out, or those that were really said. */
export type Understanding = 'ears' | 'truth'

/** How much later than the sound itself each is known; the detector's and the local recognizer's own delays. */
const startKnownAfterMs = 60
const stopAfterMs = 300
const wordsAfterMs = 60
const frameBytes = 160
const frameMs = 20
/** Played to the ears at two and a half times its speed: those that fall five seconds behind lose audio. */
const framesABreath = 5
const breathMs = 40
const patienceMs = 20_000

type TimedWords = {
  readonly atMs: number
  readonly event: Extract<HearingEvent, { type: 'partial' | 'final' }>
}
type Timed = { readonly atMs: number; readonly event: HearingEvent }

/** Real detection of the real sound, and its words; as the cascade tells them to the conversation. */
export async function hearSound(ears: Ears, sound: Sound): Promise<Record<Understanding, Told[]>> {
  const speech: SpeechEvent[] = []
  const words: TimedWords[] = []
  const lastWordMs = (sound.said.at(-1)?.endMs ?? 0) - stopAfterMs
  const heardAll = () => {
    const stops = speech.filter(({ type }) => type === 'stopped')
    const finals = words.filter(({ event }) => event.type === 'final')
    return (stops.at(-1)?.atMs ?? 0) >= lastWordMs && finals.length >= stops.length
  }
  const ear = ears.open({
    language: 'en-US',
    stopAfterMs,
    onSpeech: event => void speech.push(event),
    onText({ text, final, startMs, endMs }) {
      const atMs = endMs + wordsAfterMs + (final ? stopAfterMs : 0)
      words.push({ atMs, event: { type: final ? 'final' : 'partial', text, startMs, endMs } })
    },
  })
  for (let at = 0; at + frameBytes <= sound.audio.length; at += frameBytes) {
    ear.write(sound.audio.subarray(at, at + frameBytes), at / 8)
    if ((at / frameBytes) % framesABreath === 0) await delay(breathMs)
  }
  for (let waited = 0; !heardAll() && waited < patienceMs; waited += breathMs) await delay(breathMs)
  ear.close()
  const detected = speech.map(known)
  const told = words.filter(({ event }) => event.type === 'final' || isInTime(event, speech))
  return { ears: tell([...detected, ...told]), truth: tell([...detected, ...trueWords(speech, sound.said)]) }
}

/** In real time the detector has told the end of speech before anything is guessed about what follows it. */
function isInTime({ endMs = 0 }: { readonly endMs?: number }, speech: readonly SpeechEvent[]): boolean {
  const before = speech.findLast(({ atMs, type }) => atMs + (type === 'stopped' ? stopAfterMs : 0) <= endMs)
  return before?.type === 'started'
}

function known(event: SpeechEvent): Timed {
  return { atMs: event.atMs + (event.type === 'started' ? startKnownAfterMs : stopAfterMs), event }
}

/** What a recognizer that makes no mistakes would tell: every word as it ends, and all of them after a pause. */
function trueWords(speech: readonly SpeechEvent[], said: readonly Said[]): Timed[] {
  const words = said.flatMap(wordTimes)
  return speech.flatMap((started, index): Timed[] => {
    const stopped = speech[index + 1]
    if (started.type !== 'started' || stopped?.type !== 'stopped') return []
    const mine = words.filter(word => word.endMs > started.atMs - frameMs && word.startMs < stopped.atMs)
    const text = (count: number) =>
      mine
        .slice(0, count)
        .map(word => word.text)
        .join(' ')
    const span = { startMs: started.atMs, endMs: stopped.atMs }
    const final = { type: 'final', text: text(mine.length), ...span } as const
    return [
      ...mine.map(({ endMs }, at): Timed => {
        const event = { type: 'partial', text: text(at + 1), startMs: started.atMs, endMs } as const
        return { atMs: Math.max(endMs, started.atMs) + startKnownAfterMs + wordsAfterMs, event }
      }),
      { atMs: stopped.atMs + stopAfterMs + wordsAfterMs, event: final },
    ]
  })
}

/** Words share the time of their piece by their length. */
function wordTimes({ text, startMs, endMs }: Said): Said[] {
  const words = text.split(' ')
  const msPerLetter = (endMs - startMs) / words.join('').length
  let fromMs = startMs
  return words.map(word => {
    const toMs = fromMs + word.length * msPerLetter
    const one = { text: word, startMs: fromMs, endMs: toMs }
    fromMs = toMs
    return one
  })
}

/** Through the turns of the cascade, in the order in which things become known. */
function tell(events: readonly Timed[]): Told[] {
  let state = nothingHeard
  return events
    .toSorted((a, b) => a.atMs - b.atMs)
    .flatMap(({ atMs, event }): Told[] => {
      const [next, heard] = hearing(state, event)
      state = next
      const told: Told[] = heard ? [{ atMs, event: { type: 'heard', ...heard } }] : []
      if (event.type !== 'started' && event.type !== 'stopped') return told
      return [{ atMs, event: { type: `speech_${event.type}`, atMs: event.atMs } }, ...told]
    })
}
