import { describe, expect, it } from 'vitest'
import { noLimits } from '@parley/rehearsal/demo/no-limits'
import { ConfigError, readConfig } from './config.ts'
import { preflightSettings, trunkLimits } from './line-settings.ts'

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

  it('limits accounts and the trunk from the start, and lifts what is none', () => {
    expect(preflightSettings(readConfig({})).defaultCaps).toEqual({
      frequency: { maxCalls: 3, hours: 24 },
      minutesBetweenCalls: 10,
      maxConcurrentCalls: 10,
      maxCountriesPerDay: 5,
    })
    expect(trunkLimits(readConfig({}))).toEqual({ maxConcurrentCalls: null, callsPerSecond: 1 })
    const lifted = readConfig({ ...noLimits, PARLEY_ACCOUNT_CONCURRENT_CALLS: '40' })
    expect(preflightSettings(lifted).defaultCaps).toEqual({
      frequency: null,
      minutesBetweenCalls: null,
      maxConcurrentCalls: 40,
      maxCountriesPerDay: null,
    })
    expect(trunkLimits(lifted).callsPerSecond).toBeNull()
    expect(() => readConfig({ PARLEY_ACCOUNT_CALLS_TO_NUMBER: '0' })).toThrow(ConfigError)
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
