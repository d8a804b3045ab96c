import { guidance } from '../../domain/guidance.ts'
import type { ToolDefinition } from '../../speech/port.ts'
import { isAudible } from '../agent.ts'
import { ask } from '../ask.ts'
import { bidFarewell } from '../ending.ts'
import type { Happening } from '../happening.ts'
import { silenceAgent } from '../silence-agent.ts'
import type { ConversationState, Part, Step } from '../state.ts'
import { chain } from '../step.ts'
import {
  answerTool,
  type ReadToolCall,
  refuseTool,
  type ToolCallName,
  type ToolResult,
} from './tool-answer.ts'
import { callKey, countCall, effectFault } from './tool-use.ts'
import { waitingLine } from './waiting-lines.ts'

/** A tool that acts outside the conversation, as far as the conversation has to know it. */
export interface OutsideTool {
  readonly definition: ToolDefinition
  /** It changes something: few such calls are allowed, and the same one is made once. */
  readonly hasEffects: boolean
  /** Said when it takes its time; null: a line of the call's language. */
  readonly waitingLine: string | null
  /** `opt_out`: when it is done the callee is told so and the call ends. */
  readonly afterwards: 'answer' | 'opt_out'
  /** What is wrong with the arguments; null: nothing. */
  readonly faultIn: (given: Readonly<Record<string, unknown>>) => string | null
}

export interface OutsideCall {
  readonly toolCallId: string
  readonly name: string
  readonly arguments: Readonly<Record<string, unknown>>
}

/** What the agent of a call can do outside it. */
export interface OutsideTools {
  readonly tools: readonly OutsideTool[]
  /** Aborting gives up; what has gone out may be done all the same. */
  readonly use: (call: OutsideCall, signal: AbortSignal) => Promise<ToolResult>
}

export const noOutsideTools: OutsideTools = {
  tools: [],
  use: () => Promise.resolve({ error: 'There is no such tool' }),
}

/** What is under way outside, and what was done there. */
export interface OutsideUse {
  readonly pending: readonly Pending[]
  /** Calls with effects that were let through. */
  readonly effects: number
  /** What came of them, by tool and arguments. */
  readonly done: Readonly<Record<string, ToolResult>>
}

interface Pending {
  readonly call: ToolCallName
  readonly tool: OutsideTool
  readonly key: string
  /** When the callee is to hear something next. */
  readonly lineDueMs: number
  readonly lines: number
}

export const nothingOutside: OutsideUse = { pending: [], effects: 0, done: {} }

/** Between two lines that ask for patience. */
const nextLineMs = 5_000
/** A confirmation and a goodbye take no longer. */
const optOutFarewellMs = 10_000

export function outsideTool({ terms }: ConversationState, name: string): OutsideTool | undefined {
  return terms.outside.find(({ definition }) => definition.name === name)
}

/** Somebody waits for a tool: that is no silence. */
export function awaitsTool({ outside }: Pick<ConversationState, 'outside'>): boolean {
  return outside.pending.length > 0
}

/** Lets a call go out when its arguments, the budgets and what was done before allow it. */
export function takeOutside(
  state: ConversationState,
  { call, tool }: { call: ReadToolCall; tool: OutsideTool },
  happening: Happening,
): Step {
  const refuse = (fault: string) => refuseTool(state, call, { fault, happening })
  const { ending, terms, outside } = state
  const fault = tool.faultIn(call.parsed)
  if (fault !== null) return refuse(fault)
  if (tool.afterwards === 'opt_out') return takeOptOut(state, { call, tool }, happening)
  if (ending.phase !== 'open') return refuse('The call is ending')
  const [tools, forbidden] = countCall(state.tools, call, terms.settings.toolBudget)
  if (forbidden !== null) return refuse(forbidden)
  const counted = { ...state, tools }
  if (!tool.hasEffects) return begin(counted, { call, tool }, happening)
  const key = callKey(call.name, call.parsed)
  const earlier = outside.done[key]
  if (earlier) return settle(counted, { call, tool, result: earlier }, happening)
  if (outside.pending.some(other => other.key === key)) return refuse('This is being done already')
  const usedUp = effectFault(outside.effects, terms.settings.effectBudget)
  if (usedUp !== null) return refuse(usedUp)
  const after = { ...counted, outside: { ...outside, effects: outside.effects + 1 } }
  return begin(after, { call, tool }, happening)
}

/** Whoever wants to be left alone is never refused; nothing may be promised before it is written. */
function takeOptOut(
  state: ConversationState,
  { call, tool }: { call: ReadToolCall; tool: OutsideTool },
  happening: Happening,
): Step {
  const said = isAudible(state.agent) && state.ending.phase === 'open'
  return chain(said ? silenceAgent(state, happening) : [state, []], next =>
    begin(next, { call, tool }, happening),
  )
}

function begin(
  state: ConversationState,
  { call, tool }: { call: ReadToolCall; tool: OutsideTool },
  { nowMs }: Happening,
): Step {
  const { toolCallId, name, parsed } = call
  const lineDueMs = nowMs + state.terms.settings.toolPatienceMs
  const pending: Pending = {
    call: { toolCallId, name },
    tool,
    key: callKey(name, parsed),
    lineDueMs,
    lines: 0,
  }
  const outside = { ...state.outside, pending: [...state.outside.pending, pending] }
  return [{ ...state, outside }, [{ type: 'use_tool', call: { toolCallId, name, arguments: parsed } }]]
}

/** What came of the calls that are under way, and words for the callee while nothing has. */
export const outsideTools: Part = (state, happening) => {
  const { event } = happening
  if (event.type === 'tick') return awaitsTool(state) ? askForPatience(state, happening) : null
  if (event.type !== 'tool_settled') return null
  const { pending } = state.outside
  const ended = pending.find(({ call }) => call.toolCallId === event.toolCallId)
  if (!ended) return null
  const { call, tool, key } = ended
  const { result } = event
  const outside = {
    ...state.outside,
    pending: pending.filter(other => other !== ended),
    done: tool.hasEffects && 'ok' in result ? { ...state.outside.done, [key]: result } : state.outside.done,
  }
  return settle({ ...state, outside }, { call, tool, result }, happening)
}

/** The model goes on when it knows all that it asked for, unless the callee has the floor. */
function settle(
  state: ConversationState,
  { call, tool, result }: { call: ToolCallName; tool: OutsideTool; result: ToolResult },
  happening: Happening,
): Step {
  const { nowMs } = happening
  const told: Step = [state, answerTool(call, result, nowMs)]
  if (state.ending.phase !== 'open') return told
  if (tool.afterwards === 'opt_out') return chain(told, next => afterOptOut(next, 'ok' in result, happening))
  if (state.callee.speaking || awaitsTool(state)) return told
  return chain(told, next => ask(next, { purpose: 'answer' }, nowMs))
}

function afterOptOut(state: ConversationState, written: boolean, happening: Happening): Step {
  const { nowMs } = happening
  if (!written) return ask(state, { purpose: 'answer', guidance: guidance.optOutFailed }, nowMs)
  return bidFarewell(state, happening, {
    reason: 'agent_ended',
    cancellable: false,
    beganMs: nowMs,
    heardFromMs: nowMs,
    limitMs: optOutFarewellMs,
    farewell: { purpose: 'farewell', guidance: guidance.optedOut },
  })
}

function askForPatience(state: ConversationState, { nowMs }: Happening): Step | null {
  const { agent, callee, ending, outside, terms } = state
  if (ending.phase !== 'open' || callee.speaking || agent.replies.length > 0 || agent.wanted) return null
  const due = outside.pending.find(
    ({ lineDueMs, tool }) => nowMs >= lineDueMs && tool.afterwards === 'answer',
  )
  if (!due || nowMs - agent.lastSoundMs < terms.settings.toolPatienceMs) return null
  const own = due.lines === 0 ? due.tool.waitingLine : null
  const say = own ?? waitingLine(terms.language, due.lines)
  if (say === null) return null
  const waited = { ...due, lines: due.lines + 1, lineDueMs: nowMs + nextLineMs }
  const pending = outside.pending.map(other => (other === due ? waited : other))
  return ask({ ...state, outside: { ...outside, pending } }, { purpose: 'answer', say }, nowMs)
}
