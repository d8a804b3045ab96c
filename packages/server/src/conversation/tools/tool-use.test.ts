import { expect, test } from 'vitest'
import { readEndCall } from './end-call.ts'
import { countCall, noToolCalls, parseArguments } from './tool-use.ts'

test('the budget and the loop', () => {
  let use = noToolCalls
  const faults: (string | null)[] = []
  for (const page of [1, 2, 2, 2, 3, 4]) {
    const [after, fault] = countCall(use, { name: 'look', arguments: String(page) }, 5)
    use = after
    faults.push(fault)
  }
  expect(faults.map(fault => fault?.split(' ')[0] ?? null)).toEqual([null, null, null, 'The', null, 'All'])
})

test.each([
  ['', {}],
  ['{}', {}],
  ['{"a":1}', { a: 1 }],
  ['{"a":', 'The arguments are not valid JSON'],
  ['[1]', 'The arguments must be a JSON object'],
  ['null', 'The arguments must be a JSON object'],
])('arguments %s', (json, parsed) => {
  expect(parseArguments(json)).toEqual(parsed)
})

test.each([
  [{}, { farewell: null }],
  [{ reason: 'done' }, { farewell: null }],
  [{ reason: 'done', farewell: ' Bye. ' }, { farewell: 'Bye.' }],
  [{ reason: 'done', farewell: '' }, { farewell: null }],
  [{ reason: 7 }, '`reason` must be a string'],
  [{ farewell: {} }, '`farewell` must be a string'],
  [{ farewell: 'x'.repeat(501) }, '`farewell` must not be longer than 500 letters'],
])('end_call %j', (given, read) => {
  expect(readEndCall(given)).toEqual(read)
})
