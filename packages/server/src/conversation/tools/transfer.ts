import { guidance } from '../../domain/guidance.ts'
import { answeredBy } from '../answering/answered-by.ts'
import { talked } from '../../domain/outcome.ts'
import { replyOf, withAgent } from '../agent.ts'
import { ask } from '../ask.ts'
import { type Asker, askIdOf, tellAsker } from '../asker.ts'
import { finish } from '../ending.ts'
import type { Happening, TransferResult } from '../happening.ts'
import { wholeText } from '../heard-text.ts'
import { silenceAgent, stopTalking } from '../silence-agent.ts'
import type { ConversationState, Part, Step } from '../state.ts'
import { chain, report } from '../step.ts'
import { type ReadToolCall, refuseTool } from './tool-answer.ts'
import { countCall } from './tool-use.ts'
import { readTransferCall, type TransferWish } from './transfer-call.ts'

/** The callee is told first; while somebody is being reached, the agent neither speaks nor answers. */
export interface Transfer {
  readonly asker: Asker
  readonly wish: TransferWish
  readonly phase: 'announcing' | 'connecting'
  readonly beganMs: number
}

/** An announcement that takes longer is cut. */
const announcingLimitMs = 10_000

export function isConnecting({ transfer }: Pick<ConversationState, 'transfer'>): boolean {
  return transfer?.phase === 'connecting'
}

/** Takes the model's wish; one that was made without a word is announced. */
export function takeTransfer(state: ConversationState, call: ReadToolCall, happening: Happening): Step {
  const refuse = (fault: string) => refuseTool(state, call, { fault, happening })
  const { terms, ending } = state
  if (terms.transfer === null) return refuse('This call can be transferred to nobody')
  if (state.transfer) return refuse('A transfer is under way already')
  if (ending.phase !== 'open') return refuse('The call is ending')
  const wish = readTransferCall(call.parsed, terms.transfer)
  if (typeof wish === 'string') return refuse(wish)
  const [tools, forbidden] = countCall(state.tools, call, terms.settings.toolBudget)
  if (forbidden !== null) return refuse(forbidden)
  const { toolCallId, name } = call
  const { nowMs } = happening
  const asker: Asker = { by: 'model', call: { toolCallId, name } }
  const wished = withTransfer({ ...state, tools }, { asker, wish }, nowMs)
  if (wholeText(replyOf(state.agent, call.replyId)?.pieces ?? []) !== '') return [wished, []]
  return announce(wished, nowMs)
}

/** A customer moves the callee on; the agent tells them so in place of what it was saying. */
export function takeOrder(
  state: ConversationState,
  order: Pick<Transfer, 'asker' | 'wish'>,
  happening: Happening,
): Step {
  const { nowMs } = happening
  return chain(stopTalking(withTransfer(state, order, nowMs), happening), next => announce(next, nowMs))
}

function withTransfer(
  state: ConversationState,
  order: Pick<Transfer, 'asker' | 'wish'>,
  nowMs: number,
): ConversationState {
  return { ...state, transfer: { ...order, phase: 'announcing', beganMs: nowMs } }
}

function announce(state: ConversationState, nowMs: number): Step {
  return ask(state, { purpose: 'answer', guidance: guidance.connecting }, nowMs)
}

/** Begins when the announcement was heard; ends with the callee elsewhere, or back with the agent. */
export const transfers: Part = (state, happening) => {
  const { transfer } = state
  if (!transfer) return null
  const { event } = happening
  if (event.type === 'tick' && transfer.phase === 'announcing') return connect(state, transfer, happening)
  if (event.type !== 'transfer_settled' || event.askId !== askIdOf(transfer.asker)) return null
  return event.result.done === 'failed'
    ? comeBack(state, transfer, { reason: event.result.reason, nowMs: happening.nowMs })
    : leave(state, transfer, { by: event.result.done, happening })
}

function connect(state: ConversationState, transfer: Transfer, happening: Happening): Step | null {
  if (state.ending.phase !== 'open') {
    const { asker } = transfer
    const told =
      asker.by === 'customer' ? tellAsker(asker, { error: 'The call is ending' }, happening.nowMs) : []
    return [{ ...state, transfer: null }, told]
  }
  const { agent } = state
  const isHeard = agent.replies.length === 0 && agent.wanted === null
  if (!isHeard && happening.nowMs - transfer.beganMs < announcingLimitMs) return null
  const { asker, wish } = transfer
  return chain(silenceAgent(state, happening), next => [
    { ...next, transfer: { ...transfer, phase: 'connecting' } },
    [{ type: 'transfer', askId: askIdOf(asker), wish }],
  ])
}

function leave(
  state: ConversationState,
  { asker, wish }: Transfer,
  { by, happening }: { by: Exclude<TransferResult['done'], 'failed'>; happening: Happening },
): Step {
  const { nowMs } = happening
  const told = report({ type: 'transferred', destination: wish.to.name, by, at_ms: nowMs })
  const outcome = talked('transferred', answeredBy(state))
  return chain([state, [...tellAsker(asker, { ok: true }, nowMs), told]], next =>
    finish(next, happening, { outcome, hangUp: by === 'network' }),
  )
}

/** The callee waited in vain: an apology is owed, and the silence until now was not theirs. */
function comeBack(
  state: ConversationState,
  { asker }: Transfer,
  { reason, nowMs }: { reason: string; nowMs: number },
): Step {
  const back = withAgent({ ...state, transfer: null }, { quietSinceMs: nowMs, lastSoundMs: nowMs })
  const told: Step = [back, tellAsker(asker, { error: reason }, nowMs)]
  if (state.ending.phase !== 'open') return told
  return chain(told, next => ask(next, { purpose: 'answer', guidance: guidance.transferFailed }, nowMs))
}
