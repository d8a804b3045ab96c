import { openSynthesizer } from '@parley/engines/synthesizer'
import { openAzureSpeech } from '@parley/rehearsal/stand-ins/azure-speech/open-azure-speech'
import { openCartesia } from '@parley/rehearsal/stand-ins/cartesia/open-cartesia'
import { openDeepgram } from '@parley/rehearsal/stand-ins/deepgram/open-deepgram'
import { openElevenLabs } from '@parley/rehearsal/stand-ins/elevenlabs/open-elevenlabs'
import { openOpenAiSpeech } from '@parley/rehearsal/stand-ins/openai-speech/open-openai-speech'
import { expect, test } from 'vitest'
import { azureSpeech } from '../../src/speech/cascade/synthesizers/azure/azure-speech.ts'
import { azureVoices } from '../../src/speech/cascade/synthesizers/azure/voices.ts'
import { cartesiaSynthesizer } from '../../src/speech/cascade/synthesizers/cartesia/cartesia.ts'
import { cartesiaVoices } from '../../src/speech/cascade/synthesizers/cartesia/voices.ts'
import { auraSynthesizer } from '../../src/speech/cascade/synthesizers/deepgram/aura.ts'
import { elevenLabsSynthesizer } from '../../src/speech/cascade/synthesizers/elevenlabs/elevenlabs.ts'
import { openAiSpeech } from '../../src/speech/cascade/synthesizers/openai/openai-speech.ts'
import { LocalSynthesizer } from '../../src/speech/local/local-synthesizer.ts'
import { spoken, synthesizerSuite } from './synthesizer-suite.ts'

synthesizerSuite({
  provider: 'cartesia',
  voice: cartesiaVoices[0]?.id ?? '',
  language: 'en-US',
  standIn: openCartesia,
  synthesizer: ({ url }, apiKey) => cartesiaSynthesizer({ apiKey, url }),
  tells: 'words',
})

synthesizerSuite({
  provider: 'elevenlabs',
  voice: 'EXAVITQu4vr4xnSDxMaL',
  language: 'en-US',
  standIn: openElevenLabs,
  synthesizer: ({ url }, apiKey) => elevenLabsSynthesizer({ apiKey, url }),
  tells: 'letters',
})

synthesizerSuite({
  provider: 'azure',
  voice: 'en-US-AvaMultilingualNeural',
  language: 'en',
  standIn: openAzureSpeech,
  synthesizer: ({ url }, apiKey) => azureSpeech({ apiKey, region: 'westeurope', synthesisUrl: url }),
  tells: 'clauses',
})

synthesizerSuite({
  provider: 'deepgram',
  voice: 'aura-2-thalia-en',
  language: 'en-US',
  standIn: openDeepgram,
  synthesizer: ({ url }, apiKey) => auraSynthesizer({ apiKey, url }),
  tells: 'clauses',
})

synthesizerSuite({
  provider: 'openai',
  voice: 'coral',
  language: 'en-US',
  standIn: openOpenAiSpeech,
  synthesizer: ({ url }, apiKey) => openAiSpeech({ apiKey, baseUrl: `${url}/v1` }),
  tells: 'clauses',
})

test('the local synthesizer keeps the same port', { timeout: 30_000 }, async () => {
  await using engine = await openSynthesizer()
  const local = new LocalSynthesizer(() => engine)
  const signal = AbortSignal.timeout(20_000)
  await using stream = await local.open({ voice: 'alloy', language: 'en-US' })
  const said = await spoken(stream, ['Good morning. ', 'This is Sarah.'], { signal })
  expect(said.text).toMatch(/^Good morning\.\s*This is Sarah\.$/u)
  expect(said.audio.length).toBeGreaterThan(8_000)
  const stop = new AbortController()
  const reason = new DOMException('enough', 'AbortError')
  const cut = spoken(stream, ['A long sentence. ', 'And one more.'], {
    signal: stop.signal,
    onPiece: () => stop.abort(reason),
  })
  await expect(cut).rejects.toBe(reason)
})

test.each(azureVoices.map(({ id, languages }) => [id, languages] as const))(
  'azure has %s',
  async (id, [language = '']) => {
    await using server = await openAzureSpeech()
    const config = { apiKey: 'key', region: 'westeurope', synthesisUrl: server.url }
    await using stream = await azureSpeech(config).open({ voice: id, language }, AbortSignal.timeout(5000))
    expect((await spoken(stream, ['Yes.'])).text).toBe('Yes.')
    const asked = server.log.find(({ type }) => type === 'synthesize')?.body
    expect(asked).toMatchObject({ voice: id, language: id.includes('Multilingual') ? 'en-US' : null })
  },
)

test('cartesia without word times tells its words all the same', async () => {
  await using server = await openCartesia({ timestamps: false })
  const synthesizer = cartesiaSynthesizer({ apiKey: 'key', url: server.url })
  const session = { voice: cartesiaVoices[3]?.id ?? '', language: 'es-MX' }
  await using stream = await synthesizer.open(session, AbortSignal.timeout(5000))
  const said = await spoken(stream, ['Buenos días Juan, ', 'le llamo de la clínica.'])
  expect(said.text).toBe('Buenos días Juan, le llamo de la clínica.')
  const asked = server.log.find(({ type }) => type === 'generate')?.body
  expect(asked).toMatchObject({ language: 'es', output_format: { encoding: 'pcm_mulaw', sample_rate: 8000 } })
})

test('cartesia is told to stop', async () => {
  await using server = await openCartesia({ betweenPiecesMs: 30 })
  const synthesizer = cartesiaSynthesizer({ apiKey: 'key', url: server.url })
  const session = { voice: cartesiaVoices[0]?.id ?? '', language: 'en' }
  await using stream = await synthesizer.open(session, AbortSignal.timeout(5000))
  const stop = new AbortController()
  const speaking = spoken(stream, ['A long sentence that is cut.'], {
    signal: stop.signal,
    onPiece: () => stop.abort(new DOMException('enough', 'AbortError')),
  })
  await expect(speaking).rejects.toMatchObject({ name: 'AbortError' })
  await expect.poll(() => server.log.filter(({ type }) => type === 'cancel')).toHaveLength(1)
  expect(server.log.filter(({ type }) => type === 'connect')).toHaveLength(1)
})
