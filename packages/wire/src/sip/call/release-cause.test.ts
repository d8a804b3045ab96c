import { expect, test } from 'vitest'
import { releaseCause, warnings } from './release-cause.ts'

test.each([
  [['Q.850;cause=17;text="User busy"'], { cause: 17, text: 'User busy' }],
  [['SIP ;cause=580 ;text="a, b"', 'q.850 ; cause=34'], { cause: 34 }],
  [['SIP;cause=486, Q.850;cause=16'], { cause: 16 }],
  [['Q.850;cause=soon'], undefined],
  [['Q.850;text="never closed'], undefined],
  [[], undefined],
])('Reason %j', (values, cause) => {
  expect(releaseCause(values)).toEqual(cause)
})

test('Warning, several in one field, and rubbish', () => {
  expect(warnings(['399 carrier.test "no \\"route\\", sorry", 301 b "x"', 'rubbish', '1 "'])).toEqual([
    { code: 399, text: 'no "route", sorry' },
    { code: 301, text: 'x' },
  ])
})
