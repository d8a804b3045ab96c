import {
  openOpenAiSpeech,
  type OpenAiSpeechOptions,
} from '@parley/rehearsal/stand-ins/openai-speech/open-openai-speech'
import { toneSpeech } from '@parley/rehearsal/stand-ins/tone-speech'
import { mulawLevelDbfs } from '@parley/wire/audio/level'
import { afterEach, describe, expect, test } from 'vitest'
import { openAiSpeech } from '../../src/speech/cascade/synthesizers/openai/openai-speech.ts'
import { openAiSpeechVoices } from '../../src/speech/cascade/synthesizers/openai/voices.ts'

const KEY = 'key-canary-31d0'
const closing: AsyncDisposable[] = []
afterEach(async () => {
  for (const each of closing.splice(0).toReversed()) await each[Symbol.asyncDispose]()
})

async function open(options: OpenAiSpeechOptions = {}, voice = 'coral', apiKey = KEY) {
  const server = await openOpenAiSpeech({ apiKey: KEY, ...options })
  const synthesizer = openAiSpeech({ apiKey, baseUrl: `${server.url}/v1` })
  const stream = await synthesizer.open({ voice, language: 'en-US' }, AbortSignal.timeout(3000))
  closing.push(server, stream)
  return { server, stream }
}

async function* clauses(...texts: string[]): AsyncGenerator<string> {
  for (const text of texts) yield text
}

async function spoken(audio: AsyncIterable<{ audio: Uint8Array; text: string }>) {
  const pieces: Uint8Array[] = []
  let text = ''
  for await (const piece of audio) {
    pieces.push(piece.audio)
    text += piece.text
  }
  return { text, audio: Buffer.concat(pieces) }
}

describe('the speech of OpenAI', () => {
  test('speaks each clause as it comes, as µ-law at 8 kHz', async () => {
    const { server, stream } = await open()
    const said = await spoken(
      stream.speak(clauses('Hello John. ', 'How are you?'), AbortSignal.timeout(5000)),
    )
    expect(said.text).toBe('Hello John. How are you?')
    const expected = Buffer.concat([toneSpeech('Hello John.'), toneSpeech('How are you?')])
    expect(Math.abs(said.audio.length - expected.length)).toBeLessThan(16)
    const [heard, wanted] = [mulawLevelDbfs(said.audio), mulawLevelDbfs(expected)]
    expect(Math.abs(heard - wanted)).toBeLessThan(1)
    expect(server.log.filter(({ type }) => type === 'speech')).toHaveLength(2)
    expect(server.log.filter(({ type }) => type === 'invalid')).toEqual([])
  })

  test.each(openAiSpeechVoices.map(({ id }) => id))('has the voice %s', async voice => {
    const { stream } = await open({}, voice)
    expect((await spoken(stream.speak(clauses('Yes.'), AbortSignal.timeout(5000)))).text).toBe('Yes.')
  })

  test('aborting stops it', async () => {
    const { stream } = await open({ betweenPiecesMs: 100 })
    const stop = new AbortController()
    const speaking = (async () => {
      for await (const _ of stream.speak(clauses('A long sentence to be cut.'), stop.signal)) {
        stop.abort(new DOMException('enough', 'AbortError'))
      }
    })()
    await expect(speaking).rejects.toMatchObject({ name: 'AbortError' })
  })

  test.each([
    [401, 'unauthorized'],
    [429, 'rate_limited'],
    [503, 'unreachable'],
  ])('HTTP %i is %s, and no key stands in the error', async (status, kind) => {
    const { server, stream } = await open()
    server.faults.refuse(status)
    const speaking = spoken(stream.speak(clauses('Hello.'), AbortSignal.timeout(5000)))
    const thrown = await speaking.catch((error: unknown) => error)
    expect(thrown).toMatchObject({ name: 'VoiceFault', kind, provider: 'openai' })
    expect(JSON.stringify(thrown, Object.getOwnPropertyNames(thrown))).not.toContain(KEY)
  })

  test('a voice that is unknown is refused, a wrong key unauthorized', async () => {
    const unknown = await open({}, 'nobody')
    await expect(
      spoken(unknown.stream.speak(clauses('Hello.'), AbortSignal.timeout(5000))),
    ).rejects.toMatchObject({ kind: 'refused' })
    const stranger = await open({}, 'coral', 'key-wrong')
    await expect(
      spoken(stranger.stream.speak(clauses('Hello.'), AbortSignal.timeout(5000))),
    ).rejects.toMatchObject({ kind: 'unauthorized' })
  })

  test('a connection that is cut is unreachable', async () => {
    const { server, stream } = await open({ firstAudioMs: 1000 })
    const speaking = spoken(stream.speak(clauses('Hello.'), AbortSignal.timeout(5000)))
    setTimeout(() => server.faults.drop(), 100)
    await expect(speaking).rejects.toMatchObject({ name: 'VoiceFault', kind: 'unreachable' })
  })
})
