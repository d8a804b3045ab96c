import { expect, test } from 'vitest'
import type { Spoken, Synthesizer } from '../cascade/port.ts'
import { VoiceFault } from '../port.ts'
import { Breakers } from './breakers.ts'
import { withSecondVoice } from './second-voice.ts'

const gone = new VoiceFault('first', 'unreachable', { message: 'gone' })
const signal = AbortSignal.timeout(5_000)
const msPerLetter = 65

/** Speaks each clause at 65 ms a letter, made of its byte, and breaks off after so many letters. */
function speaker(tone: number, breaksAfter = Number.POSITIVE_INFINITY, said: string[] = []): Synthesizer {
  let left = breaksAfter
  return {
    open: async () => ({
      async *speak(text): AsyncGenerator<Spoken> {
        for await (const clause of text) {
          said.push(clause)
          const letters = Math.min(left, clause.length)
          if (letters > 0) yield { audio: new Uint8Array(letters * msPerLetter * 8).fill(tone), text: clause }
          left -= clause.length
          if (left < 0) throw gone
        }
      },
      [Symbol.asyncDispose]: async () => undefined,
    }),
  }
}

async function* clauses(...texts: string[]): AsyncGenerator<string> {
  yield* texts
}

async function spoken(first: Synthesizer, second: Synthesizer, ...texts: string[]) {
  const choices = [first, second].map((adapter, index) => ({ name: `${index}`, voice: 'v', adapter }))
  const stream = await withSecondVoice(choices, new Breakers()).open({ voice: '', language: 'en' }, signal)
  const pieces: Spoken[] = []
  for await (const piece of stream.speak(clauses(...texts), signal)) pieces.push(piece)
  return { stream, pieces, text: pieces.map(({ text }) => text).join('') }
}

test('a voice that never begins is replaced, and nothing is lost', async () => {
  const said: string[] = []
  const { text } = await spoken(speaker(1, 0), speaker(2, undefined, said), 'Hello John. ', 'How are you?')
  expect(text).toBe('Hello John. How are you?')
  expect(said.join('')).toBe('Hello John. How are you?')
})

test('one that breaks off is gone on with at the word, whose text is told once', async () => {
  const said: string[] = []
  const { text, pieces } = await spoken(
    speaker(1, 18),
    speaker(2, undefined, said),
    'Hello John. ',
    'How are you?',
  )
  expect(said.join('')).toBe('are you?')
  expect(text).toBe('Hello John. How are you?')
  expect(pieces.find(({ trouble }) => trouble)?.trouble).toBe(gone)
})

test('the second voice stays, and when it fails too both are asked again', async () => {
  const first = speaker(1, 0)
  const second = speaker(2, 12)
  const { stream } = await spoken(first, second, 'Hello John. ')
  const more = async () => {
    for await (const _ of stream.speak(clauses('More to say.'), signal));
  }
  await expect(more()).rejects.toBe(gone)
})
