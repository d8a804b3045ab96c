import { openDeepgram } from '@parley/rehearsal/stand-ins/deepgram/open-deepgram'
import { toneSpeech } from '@parley/rehearsal/stand-ins/tone-speech'
import { describe, expect, test } from 'vitest'
import { auraSynthesizer } from '../../src/speech/cascade/synthesizers/deepgram/aura.ts'
import { auraVoices } from '../../src/speech/cascade/synthesizers/deepgram/voices.ts'

const KEY = 'key-canary-77ab'

async function* clauses(...texts: string[]): AsyncGenerator<string> {
  for (const text of texts) yield text
}

async function spoken(url: string, wanted: { voice?: string; apiKey?: string } = {}) {
  const { voice = 'aura-2-thalia-en', apiKey = KEY } = wanted
  const signal = AbortSignal.timeout(5000)
  await using stream = await auraSynthesizer({ apiKey, url }).open({ voice, language: 'en-US' }, signal)
  const pieces: Uint8Array[] = []
  let text = ''
  for await (const piece of stream.speak(clauses('Hello John. ', 'How are you?'), signal)) {
    pieces.push(piece.audio)
    text += piece.text
  }
  return { text, audio: Buffer.concat(pieces) }
}

describe('the speech of Deepgram', () => {
  test.each(['http', 'ws'])('µ-law passes untouched (address %s:)', async scheme => {
    await using server = await openDeepgram({ apiKey: KEY })
    const { text, audio } = await spoken(server.url.replace('http', scheme))
    expect(text).toBe('Hello John. How are you?')
    expect(audio).toEqual(Buffer.concat([toneSpeech('Hello John.'), toneSpeech('How are you?')]))
    expect(server.log.filter(({ type }) => type === 'invalid')).toEqual([])
  })

  test.each(auraVoices.map(({ id }) => id))('has the voice %s', async voice => {
    await using server = await openDeepgram({ apiKey: KEY })
    expect((await spoken(server.url, { voice })).text).toBe('Hello John. How are you?')
  })

  test('faults', async () => {
    await using server = await openDeepgram({ apiKey: KEY })
    const refused = { name: 'VoiceFault', provider: 'deepgram', kind: 'refused' }
    await expect(spoken(server.url, { voice: 'sarah' })).rejects.toMatchObject(refused)
    const stranger = spoken(server.url, { apiKey: 'key-wrong' })
    await expect(stranger).rejects.toMatchObject({ kind: 'unauthorized' })
    server.faults.refuse(503)
    await expect(spoken(server.url)).rejects.toMatchObject({ kind: 'unreachable' })
  })
})
