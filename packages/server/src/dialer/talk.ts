import {
  type CallInTalk,
  type Conversation,
  type ConversationParts,
  converse,
} from '../conversation/converse.ts'
import type { Voice } from '../speech/port.ts'
import type { Carrier } from '../telephony/port.ts'
import type { StopSwitch } from './live-calls.ts'
import { playBackground } from './background.ts'
import { CallTransfer, type SecondLine } from './transfer-call.ts'

export interface TalkParts extends Omit<ConversationParts, 'transfer' | 'stop'> {
  readonly stop: StopSwitch
  /** For a second line, where the callee is to be connected to somebody. */
  readonly carrier: Carrier
  readonly secondLine: SecondLine
  readonly openVoice: (signal: AbortSignal) => Promise<Voice>
}

/** The agent's conversation, and after a transfer the one that the callee has with somebody else. */
export async function talk(
  call: CallInTalk,
  { carrier, secondLine, openVoice, ...parts }: TalkParts,
): Promise<Conversation> {
  const { leg, stop } = parts
  await using transfer = new CallTransfer({ plan: call.plan, leg, carrier, secondLine, openVoice })
  const hush = playBackground(leg, call.plan.background)
  const talking = converse(call, { ...parts, transfer: transfer.begin }, stop.abandon.signal)
  const conversation = await talking.finally(hush)
  if (conversation.outcome.endReason === 'transferred') await transfer.untilOver(stop)
  return conversation
}
