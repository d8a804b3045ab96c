import { expect, test } from 'vitest'
import { ByteCache } from './byte-cache.ts'

const bytes = (length: number) => new Uint8Array(length)

test('what was not used for longest goes first', () => {
  const cache = new ByteCache({ bytes: 100, ageMs: 1_000 }, () => 0)
  cache.set('a', bytes(40))
  cache.set('b', bytes(40))
  cache.get('a')
  cache.set('c', bytes(40))
  expect(['a', 'b', 'c'].map(key => cache.get(key)?.length)).toEqual([40, undefined, 40])
})

test('what is set anew counts once, and what is too large not at all', () => {
  const cache = new ByteCache({ bytes: 100, ageMs: 1_000 }, () => 0)
  for (let i = 0; i < 5; i++) cache.set('a', bytes(60))
  cache.set('b', bytes(40))
  cache.set('c', bytes(101))
  expect(['a', 'b', 'c'].map(key => cache.get(key)?.length)).toEqual([60, 40, undefined])
})

test('what is old is gone, however often it is used', () => {
  let now = 0
  const cache = new ByteCache({ bytes: 100, ageMs: 1_000 }, () => now)
  cache.set('a', bytes(1))
  now = 900
  expect(cache.get('a')).toBeDefined()
  now = 1_000
  expect(cache.get('a')).toBeUndefined()
})
