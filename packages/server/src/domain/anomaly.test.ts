import { autoPauseSchema } from '@parley/contract/campaigns'
import { expect, test } from 'vitest'
import { anomalyIn, type PastCall } from './anomaly.ts'

const terms = autoPauseSchema.parse({})
const missed: PastCall = { talkedSeconds: null, answeredBy: 'unknown' }
const person = (talkedSeconds: number): PastCall => ({ talkedSeconds, answeredBy: 'human' })
const mailbox: PastCall = { talkedSeconds: 6, answeredBy: 'voicemail' }
const calls = (...parts: [number, PastCall][]) => parts.flatMap(([count, call]) => Array(count).fill(call))

test.each([
  ['people talk', calls([40, person(90)], [10, missed]), false],
  ['few answer, and those talk', calls([10, person(90)], [40, missed]), false],
  ['most are mailboxes, which are hung up on', calls([10, person(60)], [30, mailbox], [10, missed]), false],
  ['none but mailboxes', calls([50, mailbox]), false],
  [
    'many answer and hang up: an honest campaign that nobody likes',
    calls([45, person(8)], [5, missed]),
    false,
  ],
  ['few answer, and those hang up at once', calls([20, person(4)], [30, missed]), true],
  ['nobody answers', calls([50, missed]), true],
  ['too few calls to tell', calls([49, missed]), false],
])('%s', (_, past, isWrong) => {
  expect(anomalyIn(past, terms) !== null).toBe(isWrong)
})

test('one sign is enough where that was asked for, and the reason says which', () => {
  const past = calls([20, person(90)], [30, missed])
  expect(anomalyIn(past, { ...terms, when: 'any' })).toBe('Of the last 50 calls: 40 % were answered')
  expect(anomalyIn(past, { ...terms, when: 'any', min_answer_rate: 0.3 })).toBeNull()
  expect(anomalyIn(calls([50, missed]), { ...terms, enabled: false })).toBeNull()
})

test('only the last calls count', () => {
  expect(anomalyIn(calls([50, person(90)], [500, missed]), terms)).toBeNull()
})
