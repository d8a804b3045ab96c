import { openDeepgram } from '@parley/rehearsal/stand-ins/deepgram/open-deepgram'
import { afterAll, beforeAll } from 'vitest'
import { deepgramRecognizer } from '../../src/speech/cascade/recognizers/deepgram/deepgram.ts'
import { openLocalEngines, type LocalEngines } from '../../src/speech/local/engines.ts'
import { LocalRecognizer } from '../../src/speech/local/local-recognizer.ts'
import { localRecognizerSuite, recognizerSuite } from './recognizer-suite.ts'

recognizerSuite({
  provider: 'deepgram',
  standIn: openDeepgram,
  recognizer: (server, config) => deepgramRecognizer({ url: server.url, ...config }),
})

let engines: LocalEngines
beforeAll(async () => {
  engines = await openLocalEngines()
})
afterAll(() => engines[Symbol.asyncDispose]())

localRecognizerSuite({
  provider: 'local',
  sentences: ['Yes that works for me.', "No I can't make it."],
  nonsense: 'He bought a brand new motorcycle.',
  speak: async text => {
    const pieces: Uint8Array[] = []
    const speech = engines.synthesizer.speak(text, { voice: 'alloy' }, AbortSignal.timeout(10_000))
    for await (const { audio } of speech) pieces.push(audio)
    return Buffer.concat(pieces)
  },
  recognizer: () => new LocalRecognizer(() => engines.recognizers),
})
