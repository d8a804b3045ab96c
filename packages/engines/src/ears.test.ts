import { MULAW_SILENCE } from '@parley/wire/audio/g711'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openEars, type Ears } from './ears.ts'
import type { RecognizedText } from './recognition/recognizing-stream.ts'
import { openSynthesizer, type LocalSynthesizer } from './synthesizer.ts'

let ears: Ears
let synthesizer: LocalSynthesizer
beforeAll(async () => {
  ;[ears, synthesizer] = await Promise.all([openEars(), openSynthesizer()])
})
afterAll(async () => {
  await Promise.all([ears[Symbol.asyncDispose](), synthesizer[Symbol.asyncDispose]()])
})

async function spoken(text: string, voice: string): Promise<Uint8Array> {
  const parts: Uint8Array[] = [new Uint8Array(4800).fill(MULAW_SILENCE)]
  for await (const { audio } of synthesizer.speak(text, { voice }, AbortSignal.timeout(10_000)))
    parts.push(audio)
  return Buffer.concat([...parts, new Uint8Array(8000).fill(MULAW_SILENCE)])
}

/** Plays a sentence at up to four times the speed of a call, and waits for its final text. */
async function hear(text: string, voice: string, expected: readonly string[] = []): Promise<RecognizedText> {
  const { promise, resolve } = Promise.withResolvers<RecognizedText>()
  const ear = ears.open({ language: 'en-US', onText: heard => heard.final && resolve(heard) })
  ear.expect(expected)
  const audio = await spoken(text, voice)
  for (let at = 0; at + 160 <= audio.length; at += 160) {
    ear.write(audio.subarray(at, at + 160), at / 8)
    if (at % 1600 === 0) await new Promise(next => setTimeout(next, 50))
  }
  const heard = await promise
  ear.close()
  return heard
}

const plain = (text: string) =>
  text
    .toLowerCase()
    .replace(/good bye/g, 'goodbye')
    .replace(/p m/, 'pm')
    .replace(/[.,?]/g, '')

const SENTENCES = [
  'Yes that works for me.',
  "No I can't make it.",
  'Goodbye.',
  'Could we do Friday at two pm?',
  'Who is this?',
  'Wrong number.',
  'Hello.',
  'Yes speaking.',
]

describe.each(['alloy', 'ash'])('spoken by %s over the telephone', voice => {
  test('the turns of a call are understood', async () => {
    const heard: string[] = []
    for (const sentence of SENTENCES) heard.push((await hear(sentence, voice)).text)
    const right = heard.filter((text, index) => plain(text) === plain(SENTENCES[index] ?? ''))
    // Synthetic speech over a telephone is never understood whole; most of it must be.
    expect(right.length, heard.join(' | ')).toBeGreaterThanOrEqual(SENTENCES.length - 2)
  })

  test('what is no telephone talk is heard as nothing', async () => {
    const nonsense = [
      'Photosynthesis converts light into chemical energy.',
      'He bought a brand new motorcycle.',
    ]
    for (const sentence of nonsense) {
      expect(await hear(sentence, voice)).toMatchObject({ text: '', confidence: 0 })
    }
  })
})

test('who only listens is understood to', async () => {
  for (const said of ['I see.', 'Oh okay.', 'Uh huh.', 'Mm hmm.'])
    expect((await hear(said, 'sage')).text).toBe(plain(said))
})

test('words that are expected are understood although telephone talk does not have them', async () => {
  const { text } = await hear('the motorcycle is turquoise', 'ash', ['the motorcycle is turquoise'])
  expect(text).toBe('the motorcycle is turquoise')
})

test('the speech is dated on the clock of the audio', async () => {
  const heard = await hear('Yes that works for me.', 'ash')
  expect(heard.startMs).toBeGreaterThanOrEqual(500)
  expect(heard.startMs).toBeLessThan(800)
  expect(heard.endMs).toBeGreaterThan(heard.startMs + 800)
})

test('other languages are refused', () => {
  expect(() => ears.open({ language: 'es-ES', onText: () => undefined })).toThrow('es-ES')
})
