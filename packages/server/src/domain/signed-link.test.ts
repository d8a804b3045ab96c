import { expect, test } from 'vitest'
import { isValidLink, signLink } from './signed-link.ts'

const secret = Buffer.alloc(32, 7)
const link = new URL(signLink('/v1/calls/a/recording', { secret, expiresAt: 1_000.9 }), 'http://x')
const parts = {
  path: link.pathname,
  expires: link.searchParams.get('expires') ?? '',
  signature: link.searchParams.get('signature') ?? '',
}

test.each([
  { title: 'as it was signed', given: parts, now: 999, expected: true },
  { title: 'to its last second', given: parts, now: 1_000, expected: true },
  { title: 'too late', given: parts, now: 1_001, expected: false },
  {
    title: 'for another path',
    given: { ...parts, path: '/v1/calls/b/recording' },
    now: 999,
    expected: false,
  },
  { title: 'with its time moved', given: { ...parts, expires: '2000' }, now: 999, expected: false },
  { title: 'with a time that is none', given: { ...parts, expires: '1e9' }, now: 999, expected: false },
  { title: 'with another signature', given: { ...parts, signature: 'AAAA' }, now: 999, expected: false },
  { title: 'with none', given: { ...parts, signature: '' }, now: 999, expected: false },
])('$title', ({ given, now, expected }) => {
  expect(isValidLink(given, { secret, now })).toBe(expected)
})

test('with another secret', () => {
  expect(isValidLink(parts, { secret: Buffer.alloc(32, 8), now: 1 })).toBe(false)
})
