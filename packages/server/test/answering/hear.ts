import type { Ears } from '@parley/engines/ears'
import type { ConversationEvent } from '../../src/conversation/happening.ts'
import type { Answer } from './corpus.ts'
import type { Rendered } from './render.ts'

/** What a conversation is told of the callee's speech, and when. */
export interface Told {
  readonly atMs: number
  readonly event: Extract<ConversationEvent, { type: 'speech_started' | 'speech_stopped' | 'heard' }>
}

/** A detector tells of the end of speech so much later, and a recognizer of the words a little after that. */
const stopAfterMs = 300
const startAfterMs = 60
const wordsAfterMs = 60
const patienceMs = 20_000

/** What the local ears make of it: detected and recognised speech, at no more than four times its speed. */
export async function hearWithEars(ears: Ears, { audio }: Rendered): Promise<Told[]> {
  const told: Told[] = []
  let owed = 0
  let turn = 0
  const ear = ears.open({
    language: 'en-US',
    stopAfterMs,
    onSpeech: ({ type, atMs }) => {
      if (type === 'started') owed += 1
      const event = { type: type === 'started' ? 'speech_started' : 'speech_stopped', atMs } as const
      told.push({ atMs: atMs + (type === 'started' ? startAfterMs : stopAfterMs), event })
    },
    onText: ({ text, final, startMs, endMs }) => {
      const event = { type: 'heard', turnId: `turn-${turn}`, text, final, startMs, endMs } as const
      if (final) told.push({ atMs: endMs + stopAfterMs + wordsAfterMs, event })
      if (final) owed -= 1
      if (final) turn += 1
    },
  })
  for (let at = 0; at + 160 <= audio.length; at += 160) {
    ear.write(audio.subarray(at, at + 160), at / 8)
    if (at % 1_600 === 0) await new Promise(next => setTimeout(next, 50))
  }
  for (let waited = 0; owed > 0 && waited < patienceMs; waited += 50)
    await new Promise(next => setTimeout(next, 50))
  ear.close()
  return told.toSorted((a, b) => a.atMs - b.atMs)
}

/** What ears that understand every word would tell: the supervisor without their mistakes. */
export function hearTruly({ said }: Rendered): Told[] {
  return said.flatMap(({ text, startMs, endMs }, turn): Told[] => [
    { atMs: startMs + startAfterMs, event: { type: 'speech_started', atMs: startMs } },
    { atMs: endMs + stopAfterMs, event: { type: 'speech_stopped', atMs: endMs } },
    {
      atMs: endMs + stopAfterMs + wordsAfterMs,
      event: { type: 'heard', turnId: `turn-${turn}`, text, final: true, startMs, endMs },
    },
  ])
}

/** English ears make nonsense of Spanish; of Spanish calls without a recognizer only speech is known. */
export function withoutWords(told: readonly Told[], { language }: Answer): Told[] {
  if (language === 'en') return [...told]
  return told.map(one => (one.event.type === 'heard' ? { ...one, event: { ...one.event, text: '' } } : one))
}
