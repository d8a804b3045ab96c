import { openElevenLabs } from '@parley/rehearsal/stand-ins/elevenlabs/open-elevenlabs'
import { openOpenAiRealtime } from '@parley/rehearsal/stand-ins/openai-realtime/open-openai-realtime'
import { describe, expect, onTestFinished, test } from 'vitest'
import { hostedParts } from '../../src/speech/hosted.ts'
import type { WantedSample } from '../../src/speech/port.ts'
import { createSampler } from '../../src/speech/sampler.ts'
import { isSounding } from '../../src/speech/sounding.ts'

const apiKey = 'canary-91ab'
const text = 'Hello, this is how I sound on the phone.'
const rachel: WantedSample = { mode: 'legacy', voice: 'rachel', provider: 'elevenlabs', language: 'en', text }
const patience = () => AbortSignal.timeout(10_000)

describe('a sample', () => {
  test("is spoken by the provider's synthesizer, in any voice that it has", async () => {
    const server = await openElevenLabs({ apiKey })
    onTestFinished(() => server[Symbol.asyncDispose]())
    const sampler = createSampler(hostedParts({ elevenlabs: { apiKey, url: server.url } }))
    const audio = await sampler.sample(rachel, patience())
    expect(isSounding(audio)).toBe(true)
    expect(audio.length).toBeGreaterThan(8_000)
  })

  test('is asked of the realtime model where that alone has the voice', async () => {
    const server = await openOpenAiRealtime({ apiKey })
    onTestFinished(() => server[Symbol.asyncDispose]())
    const { realtime } = hostedParts({ openai: { apiKey, baseUrl: `${server.url}/v1` } })
    const sampler = createSampler({ realtime, synthesizers: [] })
    const audio = await sampler.sample(
      { ...rachel, mode: 'realtime', voice: 'marin', provider: 'openai' },
      patience(),
    )
    expect(isSounding(audio)).toBe(true)
    expect(JSON.stringify(server.log)).toContain(text)
  })

  test('is not to be had of a voice that nobody has, nor of a key that nobody takes', async () => {
    const server = await openElevenLabs({ apiKey })
    onTestFinished(() => server[Symbol.asyncDispose]())
    const sampler = createSampler(hostedParts({ elevenlabs: { apiKey: 'wrong', url: server.url } }))
    await expect(sampler.sample({ ...rachel, provider: 'nobody' }, patience())).rejects.toMatchObject({
      kind: 'refused',
    })
    await expect(sampler.sample(rachel, patience())).rejects.toMatchObject({ kind: 'unauthorized' })
  })

  test('takes no longer than whoever asks has time for', async () => {
    const silent = { open: () => Promise.resolve(neverSpeaks) }
    const part = { provider: 'elevenlabs', voices: [], adapter: silent }
    const sampler = createSampler({ realtime: [], synthesizers: [part] })
    await expect(sampler.sample(rachel, AbortSignal.timeout(20))).rejects.toMatchObject({
      name: 'TimeoutError',
    })
  })
})

const neverSpeaks = {
  async *speak(_text: AsyncIterable<string>, signal: AbortSignal) {
    await new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
    yield { audio: new Uint8Array(), text: '' }
  },
  [Symbol.asyncDispose]: async () => undefined,
}
