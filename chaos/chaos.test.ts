import { expect, test } from 'vitest'
import { mannerOf, numberOf } from './manners.ts'
import { readOptions, UsageError } from './options.ts'
import { randomBy } from './random.ts'
import { runChaos } from './run-chaos.ts'
import { auditFaults, isKept, mostInASecond } from './verdict.ts'

test('a second holds what is less than a second apart', () => {
  expect(mostInASecond([])).toBe(0)
  expect(mostInASecond([0, 999, 1_000, 1_998, 1_999])).toBe(3)
  expect(mostInASecond([2_000, 0, 1_000])).toBe(1)
})

test('an agent that the audit log tells of once is no fault', () => {
  const row = { id: 'a', exists: true, told: 1 }
  expect(auditFaults(['a'], [row])).toBe(0)
  expect(auditFaults(['a', 'b'], [row])).toBe(1)
  expect(
    auditFaults(
      [],
      [
        { ...row, exists: false },
        { ...row, told: 2 },
        { ...row, told: 0 },
      ],
    ),
  ).toBe(3)
})

test('a seed decides all that follows', () => {
  const [one, same, other] = [randomBy(1), randomBy(1), randomBy(2)]
  const numbers = Array.from({ length: 100 }, () => one())
  expect(Array.from({ length: 100 }, () => same())).toEqual(numbers)
  expect(Array.from({ length: 100 }, () => other())).not.toEqual(numbers)
  expect(numbers.every(number => number >= 0 && number < 1)).toBe(true)
})

test('every call has a number of its own, and a number its manner', () => {
  const numbers = Array.from({ length: 8_000 }, (_, place) => numberOf(place))
  expect(new Set(numbers).size).toBe(8_000)
  expect(numbers.every(number => /^\+1415555\d{4}$/.test(number))).toBe(true)
  expect(mannerOf(numberOf(3))).toMatchObject({ type: 'refuses', status: 486 })
  expect(mannerOf(numberOf(2))).toMatchObject({ type: 'answers', holdMs: 60_000 })
})

test.each([[['--calls', '0']], [['--calls', '9000']], [['--minutes', 'x']], [['--what']]])('%s', args => {
  expect(() => readOptions(args)).toThrow(UsageError)
})

/** A promise that was broken once is broken: no second try. */
test('killed processes and a crashed database break no promise', { timeout: 900_000, retry: 0 }, async () => {
  const { seed } = readOptions([])
  const said: string[] = [`seed ${seed}`]
  const result = await runChaos({ calls: 150, minutes: 3, seed, say: line => said.push(line) })
  expect(isKept(result), `${JSON.stringify(result, null, 2)}\n${said.join('\n')}`).toBe(true)
  expect(result.databaseRestarts).toBe(2)
  expect(Object.values(result.kills).reduce((sum, count) => sum + count, 0)).toBeGreaterThan(3)
})
