import { describe, expect, test } from 'vitest'
import { SourceFilter } from './source-filter.ts'

describe('the source filter', () => {
  test('with a list only those on it are heard, and those we called', () => {
    const filter = new SourceFilter({ allow: ['192.0.2.0/24', '2001:db8::/32', '198.51.100.7'] })
    const admits = (host: string): boolean => filter.admits(host, 0)
    expect(['192.0.2.9', '2001:db8::5', '198.51.100.7'].map(admits)).toEqual([true, true, true])
    expect(['198.51.100.8', '2001:db9::1', 'rubbish'].map(admits)).toEqual([false, false, false])
    expect(filter.dropped).toBe(3)
    filter.called('198.51.100.8')
    expect(admits('198.51.100.8')).toBe(true)
  })

  test('neighbours that come and go are heard while they are known', () => {
    const known = new Set(['192.0.2.1'])
    const knows = (host: string): boolean => known.has(host)
    const closed = new SourceFilter({ allow: [], knows })
    const open = new SourceFilter({ strangerPacketsPerSecond: 0.25, knows })
    const both = (): boolean[] => [closed, open].map(filter => filter.admits('192.0.2.1', 0))
    for (let count = 0; count < 10; count += 1) expect(both()).toEqual([true, true])
    known.clear()
    expect([both(), both()]).toEqual([
      [false, true],
      [false, false],
    ])
  })

  test('a stranger has a burst and then a rate; others are not touched', () => {
    const filter = new SourceFilter({ strangerPacketsPerSecond: 10 })
    const count = (host: string, nowMs: number): number =>
      Array.from({ length: 100 }, () => filter.admits(host, nowMs)).filter(Boolean).length
    expect(count('192.0.2.1', 0)).toBe(40)
    expect(count('192.0.2.1', 500)).toBe(5)
    expect(count('192.0.2.2', 500)).toBe(40)
    filter.called('192.0.2.1')
    expect(count('192.0.2.1', 500)).toBe(100)
  })

  test('many addresses do not fill the memory: the oldest are forgotten', () => {
    const filter = new SourceFilter({ strangerPacketsPerSecond: 0.25 })
    const name = (index: number): string => `10.${index >> 16}.${(index >> 8) & 255}.${index & 255}`
    for (let index = 0; index <= 20_000; index += 1) filter.admits(name(index), 0)
    expect(filter.admits(name(20_000), 0)).toBe(false)
    expect(filter.admits(name(0), 0)).toBe(true)
  })

  test.each(['192.0.2.0/99', 'example.com', ''])('a list with %j is refused', entry => {
    expect(() => new SourceFilter({ allow: [entry] })).toThrow(TypeError)
  })
})
