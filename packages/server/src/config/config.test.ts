import { describe, expect, it } from 'vitest'
import { ConfigError, readConfig } from './config.ts'

describe('settings', () => {
  it('needs none', () => {
    const config = readConfig({})
    expect(config.PARLEY_HTTP_PORT).toBe(3000)
    expect(config.PARLEY_OWNED_NUMBERS).toEqual([])
  })

  it('splits lists and treats empty variables as absent', () => {
    const config = readConfig({ WEBHOOK_ALLOW_CIDR: '127.0.0.0/8, 10.0.0.0/8', OPENAI_API_KEY: '' })
    expect(config.WEBHOOK_ALLOW_CIDR).toEqual(['127.0.0.0/8', '10.0.0.0/8'])
    expect(config.OPENAI_API_KEY).toBeUndefined()
  })

  it('names every unusable setting and shows no value', () => {
    const read = () => readConfig({ PARLEY_HTTP_PORT: 'ninety', PARLEY_ADMIN_KEY: 'hunter2' })
    expect(read).toThrow(ConfigError)
    expect(read).toThrow(/PARLEY_HTTP_PORT[^]*PARLEY_ADMIN_KEY/)
    expect(read).not.toThrow(/hunter2/)
  })

  it.each([
    [{ PARLEY_WORKERS: '2' }, false],
    [{ PARLEY_STREAM_PUBLIC_URL: 'https://a.example' }, false],
    [{ PARLEY_STREAM_PUBLIC_URL: 'https://a.example', PARLEY_WORKERS: '2' }, true],
    [{ PARLEY_STREAM_PUBLIC_URL: 'https://a.example/{port}', PARLEY_WORKERS: '2' }, true],
    [
      {
        PARLEY_STREAM_PUBLIC_URL: 'https://a.example/{port}',
        PARLEY_WORKERS: '2',
        PARLEY_STREAM_PORT: '3100',
      },
      false,
    ],
  ])('vendors must be able to reach each worker: %o', (environment, isFault) => {
    const read = () => readConfig(environment)
    if (isFault) expect(read).toThrow(/PARLEY_STREAM_PUBLIC_URL/)
    else expect(read).not.toThrow()
  })
})
