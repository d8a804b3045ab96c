import { expect, test } from 'vitest'
import { azureDialect } from './azure-realtime.ts'

test.each(['https://res.openai.azure.com', 'https://res.openai.azure.com/'])(
  'the GA address of a deployment at %s',
  endpoint => {
    const dialect = azureDialect({ endpoint, apiKey: 'key' })
    expect(dialect.url('our realtime').href).toBe(
      'wss://res.openai.azure.com/openai/v1/realtime?model=our+realtime',
    )
    expect(dialect.headers).toEqual({ 'api-key': 'key' })
  },
)
