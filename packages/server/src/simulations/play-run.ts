import type { SimulationCheck, SimulationEnd, SimulationRun } from '@parley/contract/simulations'
import { redactValue } from '../domain/redaction.ts'
import {
  checkAnalysis,
  checkTalk,
  type Scenario,
  scoreOf,
  type SimulationSetup,
} from '../domain/simulation.ts'
import { raced } from '../speech/patience.ts'
import { type Analyst, VoiceFault } from '../speech/port.ts'
import { type HeldTalk, holdTalk, type TalkDeps } from './hold-talk.ts'

export interface PlayDeps extends TalkDeps {
  readonly analyst: Analyst
}

export interface PlayedRun {
  readonly report: SimulationRun
  readonly firstTokenMs: readonly number[]
}

interface Played {
  readonly setup: SimulationSetup
  readonly scenario: Scenario
}

const analysisMs = 30_000

/**
 * Plays a scenario for the `n`th time, from 0, and checks what came of it. What goes wrong in the talk is its result;
 * rejects only when the signal aborts.
 */
export async function playRun(
  { n, ...played }: Played & { readonly n: number },
  deps: PlayDeps,
  signal: AbortSignal,
): Promise<PlayedRun> {
  const startedMs = deps.clock()
  const talk = await holdTalk(played, deps, signal)
  const checks = 'by' in talk.end ? await check(talk, { ...played, endedBy: talk.end.by, deps }, signal) : []
  const found = { transcript: talk.transcript, tool_calls: [...talk.toolCalls], checks }
  const report: SimulationRun = {
    scenario: played.scenario.name,
    run: n + 1,
    result: 'error' in talk.end ? 'error' : resultOf(checks),
    score: scoreOf(checks),
    ended_by: 'by' in talk.end ? talk.end.by : null,
    error_message: 'error' in talk.end ? talk.end.error : null,
    model: talk.model || null,
    turns: talk.transcript.filter(({ user }) => user === 'user').length,
    ...(played.setup.plan.redactPii ? (redactValue(found) as typeof found) : found),
    first_token_ms: timesOf(talk.firstTokenMs),
    started_at: new Date(startedMs).toISOString(),
    ended_at: new Date(deps.clock()).toISOString(),
  }
  return { report, firstTokenMs: talk.firstTokenMs }
}

function resultOf(checks: readonly SimulationCheck[]): SimulationRun['result'] {
  return checks.some(({ result }) => result === 'failed') ? 'failed' : 'passed'
}

function timesOf(ms: readonly number[]): SimulationRun['first_token_ms'] {
  const sorted = ms.map(Math.round).toSorted((a, b) => a - b)
  return { p50: sorted[Math.floor((sorted.length - 1) / 2)] ?? null, max: sorted.at(-1) ?? null }
}

interface Checking extends Played {
  readonly endedBy: SimulationEnd
  readonly deps: PlayDeps
}

async function check(talk: HeldTalk, checking: Checking, signal: AbortSignal): Promise<SimulationCheck[]> {
  const { expect } = checking.scenario
  const { transcript, toolCalls } = talk
  const facts = {
    agentSaid: transcript.flatMap(({ user, text }) => (user === 'assistant' ? [text] : [])),
    tried: toolCalls.map(({ name }) => name),
    used: toolCalls.flatMap(({ name, refused }) => (refused ? [] : [name])),
    endedBy: checking.endedBy,
  }
  const plain = checkTalk(expect, facts)
  if (expect.disposition === null && expect.successCriteria === null) return plain
  return [...plain, ...checkAnalysis(expect, await analyse(talk, checking, signal))]
}

/** As after a call. The reason, where there is none. */
async function analyse({ transcript }: HeldTalk, { setup, scenario, deps }: Checking, signal: AbortSignal) {
  const { plan } = setup
  const { disposition, successCriteria } = scenario.expect
  const dispositions = disposition === null ? [] : (plan.analysis?.dispositions ?? [])
  const created_at = new Date(deps.clock()).toISOString()
  const request = {
    terms: { summary: false, dispositions, schema: null, successCriteria },
    prompt: plan.prompt.text,
    facts: plan.requestData,
    transcript: transcript.map((line, index) => {
      const timeless = { start_ms: 0, end_ms: 0, interrupted: false }
      return { id: String(index), created_at, ...line, ...timeless }
    }),
    language: plan.language,
  }
  const late = () => new VoiceFault('analyst', 'timeout', { message: `no report in ${analysisMs} ms` })
  try {
    return await raced(deps.analyst.analyse(request, signal), { waitMs: analysisMs, late }, signal)
  } catch (error) {
    signal.throwIfAborted()
    deps.log.warn({ err: error }, 'a simulated talk is not judged: the analyst failed')
    return 'The language model that judges has failed'
  }
}
