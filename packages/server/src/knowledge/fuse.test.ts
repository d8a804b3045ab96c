import { expect, test } from 'vitest'
import { fuseRankings } from './fuse.ts'

test.each([
  [[], []],
  [[['a', 'b']], ['a', 'b']],
  [
    [
      ['a', 'b'],
      ['b', 'c'],
    ],
    ['b', 'a', 'c'],
  ],
  [
    [['a'], ['b'], ['b']],
    ['b', 'a'],
  ],
])('%j', (rankings, order) => {
  expect(fuseRankings(rankings).map(({ key }) => key)).toEqual(order)
})
