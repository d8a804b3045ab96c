import { expect, test } from 'vitest'
import { hostedRecognizers } from '../speech/hosted/recognizers.ts'
import { ConfigError, readConfig } from './config.ts'
import { hostedConfig } from './speech-settings.ts'

const hosted = (environment: Record<string, string>) => hostedConfig(readConfig(environment))

test('nothing is hosted without a key', () => {
  expect(hosted({})).toEqual({})
  expect(hosted({ DEEPGRAM_URL: 'https://dg.example' })).toEqual({})
})

test('a provider that needs several settings is offered when all are there', () => {
  const azure = { AZURE_OPENAI_API_KEY: 'az', AZURE_OPENAI_ENDPOINT: 'https://res.openai.azure.com' }
  expect(hosted(azure)).toEqual({})
  expect(hosted({ ...azure, AZURE_OPENAI_REALTIME_DEPLOYMENT: 'ours' })).toEqual({
    azure: { apiKey: 'az', endpoint: 'https://res.openai.azure.com', deployment: 'ours' },
  })
})

test('addresses stand beside their keys, and an open server needs none', () => {
  const config = hosted({
    XAI_API_KEY: 'xai',
    XAI_REALTIME_URL: 'https://proxy.example/v1/realtime',
    LLM_BASE_URL: 'http://127.0.0.1:11434/v1',
    LLM_MODEL: 'small',
  })
  expect(config).toEqual({
    xai: { apiKey: 'xai', url: 'https://proxy.example/v1/realtime' },
    chat: { baseUrl: 'http://127.0.0.1:11434/v1', model: 'small', apiKey: null },
  })
})

test('of several recognizers the first one hears, or the chosen one', () => {
  const keys = {
    DEEPGRAM_API_KEY: 'dg',
    ASSEMBLYAI_API_KEY: 'aai',
    OPENAI_API_KEY: 'sk',
    ELEVENLABS_API_KEY: 'xi',
  }
  const order = (more: Record<string, string>) =>
    hostedRecognizers(hosted({ ...keys, ...more })).map(({ provider }) => provider)
  expect(order({})).toEqual(['deepgram', 'deepgram-flux', 'assemblyai', 'elevenlabs', 'openai'])
  expect(order({ STT_PROVIDER: 'deepgram-flux' }).slice(0, 2)).toEqual(['deepgram-flux', 'deepgram'])
  expect(order({ STT_PROVIDER: 'local' })[0]).toBe('deepgram')
})

test('a recognizer can be chosen that there is, and no other', () => {
  expect(() => readConfig({ STT_PROVIDER: 'openai' })).toThrow(ConfigError)
  expect(() => readConfig({ STT_PROVIDER: 'whisper', OPENAI_API_KEY: 'sk' })).toThrow(/STT_PROVIDER/u)
  expect(readConfig({ STT_PROVIDER: 'openai', OPENAI_API_KEY: 'sk' }).STT_PROVIDER).toBe('openai')
  expect(readConfig({ STT_PROVIDER: 'local' }).STT_PROVIDER).toBe('local')
})
