import { expect, test } from 'vitest'
import { broken, type Outcome, talked, unreached } from './outcome.ts'
import { type RetryTerms, retryAfterMs } from './retry.ts'

const terms: RetryTerms = {
  maxAttempts: 3,
  delaysMs: [60_000, 300_000],
  on: ['no-answer', 'busy', 'failed', 'voicemail'],
}
const past = (outcome: Outcome, attempt = 1, answered = false) => ({ ...outcome, attempt, answered })

test.each([
  ['no-answer', past(unreached('no-answer', 'It rang')), 60_000],
  ['busy, the second time', past(unreached('busy', 'Busy'), 2), 300_000],
  ['busy, the last time', past(unreached('busy', 'Busy'), 3), null],
  ['the carrier failed', past(unreached('failed', 'No route')), 60_000],
  [
    'no voice was to be had, so nobody was rung',
    past(broken('provider_error', 'provider', 'No voice')),
    60_000,
  ],
  ['declined', past(unreached('rejected', 'Declined')), null],
  ['stopped', past(unreached('cancelled', 'Stopped')), null],
  ['a mailbox', past(talked('voicemail', 'voicemail'), 1, true), 60_000],
  ['a person', past(talked('callee_hung_up', 'human'), 1, true), null],
  ['a person whose call broke', past(broken('provider_error', 'provider', 'Gone'), 1, true), null],
  ['a worker that was lost', past(broken('node_lost', 'ours', 'Lost')), null],
  ['a defect of ours', past(broken('carrier_error', 'ours', 'Defect')), null],
] as const)('%s', (_, attempt, afterMs) => {
  expect(retryAfterMs(terms, attempt)).toBe(afterMs)
})

test('only what was asked for is repeated, and the last delay holds for the rest', () => {
  const busyOnly: RetryTerms = { maxAttempts: 5, delaysMs: [1_000], on: ['busy'] }
  expect(retryAfterMs(busyOnly, past(unreached('no-answer', '')))).toBeNull()
  expect(retryAfterMs(busyOnly, past(unreached('busy', ''), 4))).toBe(1_000)
  expect(retryAfterMs(null, past(unreached('busy', '')))).toBeNull()
})
