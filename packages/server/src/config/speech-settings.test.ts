import { expect, test } from 'vitest'
import { readConfig } from './config.ts'
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
