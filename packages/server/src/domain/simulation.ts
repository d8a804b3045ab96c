import type { CallAnalysis } from '@parley/contract/analysis'
import type { SimulationCheck, SimulationEnd } from '@parley/contract/simulations'
import type { CallPlan } from './call-plan.ts'

/** What is played and what it is checked for; decided when the simulation is asked for. */
export interface SimulationSetup {
  readonly plan: CallPlan
  readonly scenarios: readonly Scenario[]
  readonly runsEach: number
  /** What the customer's tools answer, by name. */
  readonly toolResults: Readonly<Record<string, unknown>>
  /** Tools without an answer are really called. */
  readonly callTools: boolean
}

export interface Scenario {
  readonly name: string
  readonly callee: { readonly persona: string } | { readonly lines: readonly string[] }
  readonly maxTurns: number
  readonly expect: Expectation
}

export interface Expectation {
  readonly says: readonly string[]
  readonly neverSays: readonly string[]
  readonly tools: readonly string[]
  readonly neverTools: readonly string[]
  readonly ends: SimulationEnd | null
  readonly disposition: string | null
  readonly successCriteria: string | null
}

/** One playing of one scenario, both counted from 0. */
export interface RunPlace {
  readonly scenario: number
  readonly n: number
}

/** The runs that are still to be played: each scenario once, then each once more. */
export function openRuns(
  { scenarios, runsEach }: Pick<SimulationSetup, 'scenarios' | 'runsEach'>,
  done: readonly RunPlace[],
): RunPlace[] {
  const played = new Set(done.map(({ scenario, n }) => `${scenario} ${n}`))
  return Array.from({ length: runsEach }, (_, n) => scenarios.map((_, scenario) => ({ scenario, n })))
    .flat()
    .filter(({ scenario, n }) => !played.has(`${scenario} ${n}`))
}

/** What a talk came to, as far as checks look at it. */
export interface TalkFacts {
  readonly agentSaid: readonly string[]
  /** Names of the tools that the agent wanted to use, and of those that it did use. */
  readonly tried: readonly string[]
  readonly used: readonly string[]
  readonly endedBy: SimulationEnd
}

/** The checks that need nobody's opinion. */
export function checkTalk(expect: Expectation, facts: TalkFacts): SimulationCheck[] {
  const { agentSaid, tried, used, endedBy } = facts
  const said = (phrase: string) => agentSaid.some(line => contains(line, phrase))
  return [
    ...expect.says.map(phrase => verdict('says', phrase, said(phrase) ? yes.said : no.said)),
    ...expect.neverSays.map(phrase => verdict('never_says', phrase, said(phrase) ? no.silent : yes.silent)),
    ...expect.tools.map(name => verdict('tools', name, used.includes(name) ? yes.used : no.used)),
    ...expect.neverTools.map(name => verdict('never_tools', name, tried.includes(name) ? no.left : yes.left)),
    ...(expect.ends === null ? [] : [endCheck(expect.ends, endedBy)]),
  ]
}

type Finding = readonly [passed: boolean, why: string]

const yes = {
  said: [true, 'The agent said it'],
  silent: [true, 'The agent did not say it'],
  used: [true, 'The agent used it'],
  left: [true, 'The agent did not try to use it'],
} as const satisfies Record<string, Finding>
const no = {
  said: [false, 'The agent did not say it'],
  silent: [false, 'The agent said it'],
  used: [false, 'The agent did not use it'],
  left: [false, 'The agent tried to use it'],
} as const satisfies Record<keyof typeof yes, Finding>

function verdict(check: SimulationCheck['check'], expected: string, [passed, why]: Finding): SimulationCheck {
  return { check, expected, result: passed ? 'passed' : 'failed', why }
}

const ends: Readonly<Record<SimulationEnd, string>> = {
  agent: 'The agent ended the talk',
  callee: 'The callee hung up',
  transfer: 'The agent moved the callee on',
  max_turns: 'Nobody ended the talk before its last turn',
}

function endCheck(expected: SimulationEnd, endedBy: SimulationEnd): SimulationCheck {
  return verdict('ends', expected, [expected === endedBy, ends[endedBy]])
}

/** The checks that somebody has to read the talk for. `analysis`: what came of that, or why there is none. */
export function checkAnalysis(expect: Expectation, analysis: CallAnalysis | string): SimulationCheck[] {
  const checks: SimulationCheck[] = []
  const { disposition, successCriteria } = expect
  if (disposition !== null) checks.push(dispositionCheck(disposition, analysis))
  if (successCriteria !== null) checks.push(successCheck(successCriteria, analysis))
  return checks
}

function dispositionCheck(expected: string, analysis: CallAnalysis | string): SimulationCheck {
  const found = typeof analysis === 'string' ? null : analysis.disposition
  if (found === null) return notJudged('disposition', expected, analysis)
  return verdict('disposition', expected, [found === expected, `The talk came to ${found}`])
}

function successCheck(expected: string, analysis: CallAnalysis | string): SimulationCheck {
  const success = typeof analysis === 'string' ? null : analysis.success
  if (success === null) return notJudged('success_criteria', expected, analysis)
  return verdict('success_criteria', expected, [success, success ? 'It is met' : 'It is not met'])
}

function notJudged(
  check: SimulationCheck['check'],
  expected: string,
  analysis: CallAnalysis | string,
): SimulationCheck {
  const reasons = {
    patterns: 'No language model is configured that could judge it',
    model: 'The language model could not tell',
  }
  const why = typeof analysis === 'string' ? analysis : reasons[analysis.source]
  return { check, expected, result: 'not_judged', why }
}

/** Share of the judged checks that passed, 0 to 1; null where none was judged. */
export function scoreOf(checks: readonly SimulationCheck[]): number | null {
  const judged = checks.filter(({ result }) => result !== 'not_judged')
  const passed = judged.filter(({ result }) => result === 'passed')
  return judged.length === 0 ? null : passed.length / judged.length
}

/** Scripts that put no space between words. */
const unspaced = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]/u

/** The words stand in the text as whole words, in whatever case. */
function contains(text: string, phrase: string): boolean {
  const words = plainOf(phrase)
  const [first = '', last = ''] = [words.at(0), words.at(-1)]
  const before = /[\p{L}\p{N}]/u.test(first) && !unspaced.test(first) ? String.raw`(?<![\p{L}\p{N}])` : ''
  const after = /[\p{L}\p{N}]/u.test(last) && !unspaced.test(last) ? String.raw`(?![\p{L}\p{N}])` : ''
  return words !== '' && new RegExp(before + RegExp.escape(words) + after, 'u').test(plainOf(text))
}

function plainOf(text: string): string {
  return text.normalize('NFC').toLowerCase().replaceAll(/[’‘]/gu, "'").replaceAll(/\s+/gu, ' ').trim()
}
