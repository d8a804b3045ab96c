import type { SimulatedToolCall, SimulationEnd, SimulationRun } from '@parley/contract/simulations'
import type { Logger } from 'pino'
import type { ToolDeps } from '../dialer/tools/open-tools.ts'
import { voiceSession } from '../dialer/voice-session.ts'
import type { Scenario, SimulationSetup } from '../domain/simulation.ts'
import { VoiceFault } from '../speech/port.ts'
import type { TextBrains } from '../speech/text-brains.ts'
import { type Callee, playedCallee, scriptedCallee } from './callee.ts'
import { openHarmlessTools } from './harmless-tools.ts'
import { BrokenTalk, TextAgent } from './text-agent.ts'
import { ToolDesk } from './tool-desk.ts'

export interface TalkDeps {
  readonly brains: TextBrains
  readonly tools: ToolDeps
  readonly log: Pick<Logger, 'warn' | 'error'>
  /** Epoch milliseconds. */
  readonly clock: () => number
}

/** A talk as far as it went: to its end, or to what broke it. */
export interface HeldTalk {
  readonly model: string
  readonly transcript: SimulationRun['transcript']
  readonly toolCalls: readonly SimulatedToolCall[]
  /** Of each reply of the agent's model. */
  readonly firstTokenMs: readonly number[]
  readonly end: { readonly by: SimulationEnd } | { readonly error: string }
}

/** A talk that takes longer breaks. */
const longestMs = 5 * 60_000

/** Lets the agent and the callee talk. Rejects only when the signal aborts. */
export async function holdTalk(
  { setup, scenario }: { setup: SimulationSetup; scenario: Scenario },
  deps: TalkDeps,
  signal: AbortSignal,
): Promise<HeldTalk> {
  const { plan } = setup
  const thinker = deps.brains.agent(plan)
  const callee = calleeOf(scenario, plan.language, deps)
  if (thinker === null || callee === null) return broken(thinker ? noPlayer : noThinker, thinker?.model ?? '')
  const whole = AbortSignal.any([signal, AbortSignal.timeout(longestMs)])
  await using tools = await openHarmlessTools(setup, deps.tools, whole)
  const desk = new ToolDesk(plan, tools)
  const session = voiceSession(plan, { now: deps.clock() }, tools.tools)
  const agent = new TextAgent({ plan, session, thinker, desk })
  const { transcript, firstTokenMs } = agent
  const held = { model: thinker.model, transcript, toolCalls: desk.taken, firstTokenMs }
  try {
    const opening = plan.waitForGreeting ? null : await agent.open(whole)
    return { ...held, end: { by: opening ?? (await talk({ agent, callee, scenario }, whole)) } }
  } catch (error) {
    signal.throwIfAborted()
    return { ...held, end: { error: wordsFor(error, deps) } }
  }
}

const noThinker = 'No configured model speaks the language of the agent'
const noPlayer = 'No language model is configured that could play a persona'

function broken(error: string, model: string): HeldTalk {
  return { model, transcript: [], toolCalls: [], firstTokenMs: [], end: { error } }
}

/** Null: nobody can play the persona. */
function calleeOf({ callee }: Scenario, language: string, { brains }: TalkDeps): Callee | null {
  if ('lines' in callee) return scriptedCallee(callee.lines)
  const player = brains.player(language)
  return player && playedCallee(player, { persona: callee.persona, language })
}

async function talk(
  { agent, callee, scenario }: { agent: TextAgent; callee: Callee; scenario: Scenario },
  signal: AbortSignal,
): Promise<SimulationEnd> {
  let heardLines = 0
  for (let turn = 0; turn < scenario.maxTurns; turn += 1) {
    const heard = agent.saidSince(heardLines).join(' ')
    heardLines = agent.transcript.length
    const { text, hangsUp } = await callee.answer(heard, signal)
    if (hangsUp) {
      if (text !== '') agent.hear(text)
      return 'callee'
    }
    const end = await agent.answer(text, signal)
    if (end !== null) return end
  }
  const { callee: played, maxTurns } = scenario
  return 'lines' in played && played.lines.length <= maxTurns ? 'callee' : 'max_turns'
}

function wordsFor(error: unknown, { log }: TalkDeps): string {
  if (error instanceof BrokenTalk) return error.message
  if (error instanceof VoiceFault) return `${error.provider}: ${error.message}`
  if (error instanceof DOMException && error.name === 'TimeoutError') return 'The talk took too long'
  log.error({ err: error }, 'a simulated talk broke')
  return 'The talk broke for a reason of ours'
}
