import { openRecognizers, type Recognizers } from '@parley/engines/recognizer'
import { openSynthesizer, type LocalSynthesizer } from '@parley/engines/synthesizer'
import { afterAll, beforeAll } from 'vitest'
import { LocalRecognizer } from '../../src/speech/local/local-recognizer.ts'
import { localRecognizerSuite } from './recognizer-suite.ts'

let recognizers: Recognizers
let synthesizer: LocalSynthesizer
beforeAll(async () => {
  ;[recognizers, synthesizer] = await Promise.all([openRecognizers(), openSynthesizer()])
})
afterAll(async () => {
  await Promise.all([recognizers[Symbol.asyncDispose](), synthesizer[Symbol.asyncDispose]()])
})

localRecognizerSuite({
  provider: 'local',
  sentences: ['Yes that works for me.', "No I can't make it."],
  nonsense: 'He bought a brand new motorcycle.',
  speak: async text => {
    const pieces: Uint8Array[] = []
    const speech = synthesizer.speak(text, { voice: 'alloy' }, AbortSignal.timeout(10_000))
    for await (const { audio } of speech) pieces.push(audio)
    return Buffer.concat(pieces)
  },
  recognizer: () => new LocalRecognizer(() => recognizers),
})
