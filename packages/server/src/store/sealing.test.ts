import { expect, test } from 'vitest'
import { createSealing } from './sealing.ts'

const sealing = createSealing(Buffer.alloc(32, 1))

test('what was sealed is opened by the same key only, and only unchanged', () => {
  const sealed = sealing.seal('whsec_geheim ✓')
  expect(sealing.open(sealed)).toBe('whsec_geheim ✓')
  expect(sealed).not.toContain('whsec')
  expect(sealing.seal('x')).not.toBe(sealing.seal('x'))
  expect(() => createSealing(Buffer.alloc(32, 2)).open(sealed)).toThrow(/master key/)
  const changed = sealed.slice(0, -2) + (sealed.endsWith('AA') ? 'BB' : 'AA')
  expect(() => sealing.open(changed)).toThrow()
})

test.each(['', 'v2.a.b.c', 'plain'])('%j is in no known form', text => {
  expect(() => sealing.open(text)).toThrow(/known form/)
})

test('a key of the wrong length is refused', () => {
  expect(() => createSealing(Buffer.alloc(16))).toThrow(/32 bytes/)
})
