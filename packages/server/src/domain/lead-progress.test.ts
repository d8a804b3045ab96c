import { expect, test } from 'vitest'
import { type LeadCall, type LeadTerms, progressOf } from './lead-progress.ts'

const terms: LeadTerms = {
  retry: { maxAttempts: 3, delaysMs: [60_000], on: ['no-answer', 'busy', 'voicemail'] },
  maxAttempts: 2,
  conversionOutcomes: ['booked'],
}
const talked: LeadCall = {
  status: 'completed',
  callStatus: 'completed',
  endReason: 'agent_ended',
  fault: 'none',
  answeredBy: 'human',
  answered: true,
  disposition: null,
  dialled: 1,
  optedOut: false,
}
const missed: LeadCall = {
  ...talked,
  status: 'failed',
  callStatus: 'no-answer',
  endReason: null,
  fault: 'callee',
  answeredBy: 'unknown',
  answered: false,
}

test.each([
  ['a person', talked, ['human', null, 'Contacted']],
  ['a person who agrees', { ...talked, disposition: 'booked' }, ['converted', null, 'Converted']],
  ['another disposition', { ...talked, disposition: 'refused' }, ['human', null, 'Contacted']],
  ['a mailbox', { ...talked, answeredBy: 'voicemail' }, ['voicemail', 60_000, null]],
  ['nobody', missed, ['unreached', 60_000, null]],
  [
    'a line that fails, which is not repeated',
    { ...missed, callStatus: 'failed', fault: 'carrier' },
    ['failed', null, null],
  ],
  [
    'a person whose call broke',
    { ...talked, status: 'failed', callStatus: 'failed', fault: 'provider' },
    ['failed', null, 'Contacted'],
  ],
  [
    'a worker that was lost',
    { ...missed, callStatus: 'failed', endReason: 'node_lost', fault: 'ours' },
    ['failed', null, null],
  ],
  ['a person who wants no more calls', { ...talked, optedOut: true }, ['opted_out', null, 'Contacted']],
  [
    'a call that was taken back',
    { ...missed, status: 'cancelled', callStatus: 'cancelled', dialled: 0 },
    ['cancelled', null, null],
  ],
  ['a call that may not be dialled', { ...missed, callStatus: 'failed', dialled: 0 }, ['failed', null, null]],
] as [string, LeadCall, unknown[]][])('%s', (_, call, [result, againAfterMs, leadStatus]) => {
  expect(progressOf(call, terms, 1)).toEqual({ result, againAfterMs, leadStatus })
})

test('nobody is called more often than the campaign or the retry allows', () => {
  expect(progressOf(missed, terms, 2).againAfterMs).toBeNull()
  expect(progressOf(missed, { ...terms, maxAttempts: 9 }, 2).againAfterMs).toBe(60_000)
  expect(progressOf(missed, { ...terms, maxAttempts: 9 }, 3).againAfterMs).toBeNull()
  expect(progressOf(missed, { ...terms, retry: null }, 1).againAfterMs).toBeNull()
})
