import { expect, it } from 'vitest'
import { diff } from './diff.ts'

it.each([
  [{ a: 1 }, { a: 1 }, []],
  [{ a: 1 }, { a: 2 }, [{ path: 'a', before: 1, after: 2 }]],
  [{}, { a: null }, [{ path: 'a', after: null }]],
  [{ a: { b: 'x', c: 1 } }, { a: { c: 1 } }, [{ path: 'a.b', before: 'x' }]],
  [{ a: [1, 2] }, { a: [2, 1] }, [{ path: 'a', before: [1, 2], after: [2, 1] }]],
  [
    { b: 1, a: { x: 1 } },
    { a: 3, b: 2 },
    [
      { path: 'a', before: { x: 1 }, after: 3 },
      { path: 'b', before: 1, after: 2 },
    ],
  ],
])('%j, then %j', (before, after, changes) => expect(diff(before, after)).toEqual(changes))
