import type { CallAnalysis } from '@parley/contract/analysis'
import { expect, test } from 'vitest'
import { checkAnalysis, checkTalk, type Expectation, openRuns, scoreOf } from './simulation.ts'

const nothing: Expectation = {
  says: [],
  neverSays: [],
  tools: [],
  neverTools: [],
  ends: null,
  disposition: null,
  successCriteria: null,
}
const facts = {
  agentSaid: ['Hello, this is Bright Dental.', 'It’s on TUESDAY,  at ten o’clock. 東京で会いましょう。'],
  tried: ['look_up', 'wire_money', 'end_call'],
  used: ['look_up', 'end_call'],
  endedBy: 'agent',
} as const

test.each([
  [{ says: ['tuesday'] }, 'passed'],
  [{ says: ["it's on Tuesday, at ten"] }, 'passed'],
  [{ says: ['tues'] }, 'failed'],
  [{ says: ['days'] }, 'failed'],
  [{ says: ['東京'] }, 'passed'],
  [{ says: ['10%'] }, 'failed'],
  [{ says: ['Bright Dental. It'] }, 'failed'],
  [{ neverSays: ['dent'] }, 'passed'],
  [{ neverSays: ['bright dental'] }, 'failed'],
  [{ tools: ['end_call'] }, 'passed'],
  [{ tools: ['wire_money'] }, 'failed'],
  [{ neverTools: ['wire_money'] }, 'failed'],
  [{ neverTools: ['opt_out'] }, 'passed'],
  [{ ends: 'agent' }, 'passed'],
  [{ ends: 'callee' }, 'failed'],
] as const)('%j is %s', (wanted, result) => {
  expect(checkTalk({ ...nothing, ...wanted }, facts)).toMatchObject([{ result, why: /^[A-Z]/ }])
})

const analysis: CallAnalysis = {
  summary: null,
  disposition: 'moved',
  data: null,
  success: false,
  source: 'model',
  missing: [],
}

test.each([
  [{ disposition: 'moved' }, analysis, 'passed: The talk came to moved'],
  [{ disposition: 'confirmed' }, analysis, 'failed: The talk came to moved'],
  [{ successCriteria: 'It is moved' }, analysis, 'failed: It is not met'],
  [{ successCriteria: 'It is moved' }, { ...analysis, success: true }, 'passed: It is met'],
  [
    { successCriteria: 'It is moved' },
    { ...analysis, success: null, source: 'patterns' as const },
    'not_judged: No language model is configured that could judge it',
  ],
  [{ disposition: 'moved' }, 'It was away', 'not_judged: It was away'],
])('%j of a report is judged', (wanted, report, told) => {
  const checks = checkAnalysis({ ...nothing, ...wanted }, report)
  expect(checks.map(({ result, why }) => `${result}: ${why}`)).toEqual([told])
})

test('the score is the share of what was judged', () => {
  const check = { check: 'says', expected: 'x', why: 'y' } as const
  const scored = (...results: ('passed' | 'failed' | 'not_judged')[]) =>
    scoreOf(results.map(result => ({ ...check, result })))
  expect([scored(), scored('not_judged')]).toEqual([null, null])
  expect(scored('passed', 'failed', 'not_judged', 'passed', 'passed')).toBe(0.75)
})

test('each scenario is played once before any is played twice, and what is done is not played again', () => {
  const scenario = { name: 'x', callee: { lines: [] }, maxTurns: 1, expect: nothing }
  const setup = { scenarios: [scenario, scenario], runsEach: 2 }
  const places = (done: { scenario: number; n: number }[]) =>
    openRuns(setup, done).map(({ scenario: index, n }) => `${index}/${n}`)
  expect(places([])).toEqual(['0/0', '1/0', '0/1', '1/1'])
  expect(places([{ scenario: 1, n: 0 }])).toEqual(['0/0', '0/1', '1/1'])
})
