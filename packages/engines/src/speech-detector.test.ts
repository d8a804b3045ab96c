import { MULAW_SILENCE } from '@parley/wire/audio/g711'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { SpeechEvent } from './detection/speech-gate.ts'
import { openSpeechDetectors, type SpeechDetectors } from './speech-detector.ts'
import { openSynthesizer } from './synthesizer.ts'

let detectors: SpeechDetectors
let sentence: Uint8Array

beforeAll(async () => {
  detectors = await openSpeechDetectors()
  await using synthesizer = await openSynthesizer()
  const options = { voice: 'ash' }
  for await (const { audio } of synthesizer.speak(
    'Yes, that works for me.',
    options,
    AbortSignal.timeout(10_000),
  )) {
    sentence = audio
  }
})
afterAll(async () => {
  await detectors[Symbol.asyncDispose]()
})

const LEAD_MS = 1000

/** A second of silence, the sentence, and a second of silence. */
function line(speech: Uint8Array): Uint8Array {
  const audio = new Uint8Array(LEAD_MS * 16 + Math.ceil(speech.length / 160) * 160).fill(MULAW_SILENCE)
  audio.set(speech, LEAD_MS * 8)
  return audio
}

/** Plays audio at five times the speed of a call, then waits for as many events as are expected. */
async function detect(audio: Uint8Array, count: number): Promise<SpeechEvent[]> {
  const events: SpeechEvent[] = []
  const { promise, resolve } = Promise.withResolvers<void>()
  const detector = detectors.open({
    onSpeech: event => {
      if (events.push(event) === count) resolve()
    },
  })
  for (let at = 0; at + 160 <= audio.length; at += 160) {
    detector.write(audio.subarray(at, at + 160), at / 8)
    if (at % 1600 === 0) await new Promise(next => setTimeout(next, 40))
  }
  if (count > 0) await promise
  detector.close()
  return events
}

test('runs the neural model', () => {
  expect(detectors.engine).toBe('silero-v5')
})

test('finds where a sentence begins and ends', async () => {
  const [started, stopped, ...more] = await detect(line(sentence), 2)
  expect(more).toEqual([])
  expect(started?.type).toBe('started')
  expect(Math.abs((started?.atMs ?? 0) - LEAD_MS)).toBeLessThan(120)
  expect(stopped?.type).toBe('stopped')
  expect(Math.abs((stopped?.atMs ?? 0) - (LEAD_MS + sentence.length / 8))).toBeLessThan(250)
})

test('many streams do not mix', async () => {
  const all = await Promise.all(Array.from({ length: 4 }, () => detect(line(sentence), 2)))
  for (const events of all) expect(events).toEqual(all[0])
})

test('noise and tones are not speech', async () => {
  const hiss = Uint8Array.from({ length: 24_000 }, (_, index) => 0xe8 + ((index * 7919) % 13))
  expect((await detect(hiss, 0)).length).toBe(0)
})

test('what is written after close is ignored', () => {
  const detector = detectors.open({ onSpeech: () => expect.unreachable() })
  detector.close()
  detector.write(new Uint8Array(160), 0)
})
