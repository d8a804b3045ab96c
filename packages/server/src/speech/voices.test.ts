import { describe, expect, test } from 'vitest'
import { catalogueOf } from './catalogue.ts'
import { hostedAnalyst, hostedParts } from './hosted.ts'
import { VoiceFault } from './port.ts'
import { speaks } from './speaks.ts'
import { createVoices } from './voices.ts'

async function* silence(): AsyncGenerator<{ audio: Uint8Array; text: string }> {
  yield { audio: new Uint8Array(), text: '' }
}

const openai = { apiKey: 'sk' }
const everything = hostedParts({ openai, deepgram: { apiKey: 'dg' }, elevenlabs: { apiKey: 'xi' } })
const detectors = { open: () => ({ write: () => undefined, close: () => undefined }) }
const nothing = hostedParts({})

describe('the catalogue', () => {
  test('lists nothing without keys', () => {
    expect(catalogueOf(nothing)).toEqual({ models: [], voices: [], recognizedLanguages: [] })
    expect(hostedAnalyst({})).toBe(null)
  })

  test('a key for OpenAI alone gives both modes', () => {
    const { models, recognizedLanguages } = catalogueOf({ ...hostedParts({ openai }), detectors })
    expect(new Set(models.map(({ mode }) => mode))).toEqual(new Set(['realtime', 'legacy']))
    expect(recognizedLanguages).toContain('es')
    const realtime = models.filter(({ mode }) => mode === 'realtime')
    expect(realtime.every(model => !model.supportsTemperature)).toBe(true)
  })

  test('a key that hears nothing gives no legacy mode', () => {
    const gemini = { ...hostedParts({ gemini: { apiKey: 'g' } }), detectors }
    const { models, voices, recognizedLanguages } = catalogueOf(gemini)
    expect(new Set(models.map(({ mode }) => mode))).toEqual(new Set(['realtime']))
    expect(voices.map(({ id }) => id)).toContain('Kore')
    expect(recognizedLanguages).toEqual([])
  })

  test('in each mode one model and one voice is the default', () => {
    const { models, voices, recognizedLanguages } = catalogueOf({ ...everything, detectors })
    for (const mode of ['realtime', 'legacy']) {
      expect(models.filter(entry => entry.mode === mode && entry.default)).toHaveLength(1)
      expect(voices.filter(entry => entry.mode === mode && entry.default)).toHaveLength(1)
    }
    expect(speaks(recognizedLanguages, 'es-ES')).toBe(true)
  })

  test('a realtime voice of two providers is listed for each, the first one default', () => {
    const azure = { apiKey: 'az', endpoint: 'https://res.openai.azure.com', deployment: 'ours' }
    const { voices, models } = catalogueOf(hostedParts({ openai, azure }))
    expect(voices.filter(({ id }) => id === 'marin')).toMatchObject([
      { provider: 'openai', default: true },
      { provider: 'azure', default: false },
    ])
    expect(models.find(({ id }) => id === 'ours')).toMatchObject({ provider: 'azure', default: false })
  })

  test('of two providers with the same id the first keeps it', () => {
    const chat = { baseUrl: 'http://127.0.0.1:1/v1', apiKey: null, model: 'gpt-4.1-mini' }
    const { models } = catalogueOf({ ...everything, brains: hostedParts({ chat, openai }).brains, detectors })
    expect(models.filter(({ id }) => id === 'gpt-4.1-mini')).toMatchObject([
      { provider: 'chat', default: true },
    ])
  })
})

describe('choosing', () => {
  const session = {
    mode: 'legacy' as const,
    model: 'gpt-4.1-mini',
    voice: 'EXAVITQu4vr4xnSDxMaL',
    prompt: '',
    purpose: '',
    language: 'en-US',
    temperature: null,
    tools: [],
    facts: {},
  }
  test.each([
    ['model', { model: 'gpt-9' }],
    ['understands', { language: 'tlh' }],
    ['realtime model', { mode: 'realtime' as const }],
    ['voice', { voice: 'mine', voiceProvider: 'acme' }],
  ])('what nobody serves is refused by name: %s', async (word, wish) => {
    const voices = createVoices({ ...everything, detectors })
    const opening = voices.open({ ...session, ...wish }, AbortSignal.timeout(1000))
    await expect(opening).rejects.toMatchObject({
      kind: 'refused',
      message: expect.stringContaining(word) as string,
    })
  })

  test('a voice that was registered by its id goes to the preferred provider', async () => {
    const opened: string[] = []
    const stub = (provider: string) => ({
      provider,
      voices: [],
      adapter: {
        open: async ({ voice }: { voice: string }) => {
          opened.push(`${provider} ${voice}`)
          return { speak: () => silence(), [Symbol.asyncDispose]: async () => undefined }
        },
      },
    })
    const deaf = {
      capabilities: { wordTimes: false },
      open: () => Promise.reject(new VoiceFault('ears', 'unreachable', { message: 'deaf' })),
    }
    const parts = {
      ...everything,
      recognizers: [{ provider: 'ears', languages: ['en'], adapter: deaf }],
      synthesizers: [stub('first'), stub('second')],
      detectors,
    }
    const voices = createVoices(parts)
    const mine = { ...session, voice: 'mine' }
    await expect(voices.open(mine, AbortSignal.timeout(1000))).rejects.toThrow('deaf')
    const second = voices.open({ ...mine, voiceProvider: 'second' }, AbortSignal.timeout(1000))
    await expect(second).rejects.toThrow('deaf')
    expect(opened).toEqual(['first mine', 'second mine'])
  })

  test.each([
    [['es'], 'es-MX', true],
    [['es-ES'], 'es', true],
    [['es-ES'], 'es-MX', false],
    [['en-US'], 'EN-us', true],
    [['e'], 'es', false],
    [[], 'en', false],
  ])('%j understands %s: %s', (languages, ...[wanted, expected]) => {
    expect(speaks(languages, wanted)).toBe(expected)
  })
})
