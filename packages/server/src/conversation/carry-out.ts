import type { CallEventBody } from '@parley/contract/events'
import type { Outcome } from '../domain/outcome.ts'
import type { Voice } from '../speech/port.ts'
import type { Leg, Speaker } from '../telephony/port.ts'
import type {
  Command,
  ConversationEvent,
  LineCommand,
  SpeakerCommand,
  TransferResult,
  VoiceCommand,
} from './happening.ts'
import type { ControlRequests } from './control-requests.ts'
import type { OutsideTools } from './tools/outside.ts'
import type { ToolResult } from './tools/tool-answer.ts'
import type { TransferWish } from './tools/transfer-call.ts'
import type { Transcript } from './transcript.ts'

/** Looks for somebody who takes the callee over. Aborting gives up. */
export type TransferCallee = (wish: TransferWish, signal: AbortSignal) => Promise<TransferResult>

/** What commands act on. */
export interface Hands {
  readonly leg: Leg
  /** The leg's. */
  readonly speaker: Speaker
  readonly voice: Voice
  readonly transcript: Transcript
  readonly report: (event: CallEventBody) => void
  readonly finish: (end: { outcome: Outcome; hangUp: boolean }) => void
  readonly transfer: TransferCallee
  readonly tools: OutsideTools
  readonly settleControl: ControlRequests['settle']
  /** What came of a command that takes time. */
  readonly post: (event: ConversationEvent) => void
  /** Aborted when the conversation is over. */
  readonly over: AbortSignal
}

export function carryOut(command: Command, hands: Hands): void {
  switch (command.type) {
    case 'play':
    case 'mark':
    case 'clear':
    case 'gain':
      return toSpeaker(command, hands.speaker)
    case 'say':
    case 'respond':
    case 'interrupt':
    case 'instruct':
    case 'tell':
    case 'answer_tool':
      return toVoice(command, hands.voice)
    default:
      return onLine(command, hands)
  }
}

function onLine(command: LineCommand, hands: Hands): void {
  const { transcript, report, finish } = hands
  switch (command.type) {
    case 'press_keys':
      return void pressKeys(command, hands)
    case 'use_tool':
      return void useTool(command, hands)
    case 'transfer':
      return void transferCallee(command, hands)
    case 'switch_language':
      return void switchLanguage(command, hands)
    case 'report':
      return report(command.event)
    case 'enter':
      return report({ type: 'transcript', entry: transcript.enter(command.line) })
    case 'settle_control':
      return hands.settleControl(command.id, command.fault)
    case 'finish':
      return finish(command)
  }
}

function toSpeaker(command: SpeakerCommand, speaker: Speaker): void {
  switch (command.type) {
    case 'play':
      return speaker.write(command.audio)
    case 'mark':
      return speaker.mark(command.name)
    case 'clear':
      return speaker.clear()
    case 'gain':
      return speaker.gain(command.db)
  }
}

async function useTool(
  { call }: Extract<LineCommand, { type: 'use_tool' }>,
  { tools, post, over }: Hands,
): Promise<void> {
  const result = await tools.use(call, over).catch((): ToolResult => ({ error: 'The tool failed' }))
  post({ type: 'tool_settled', toolCallId: call.toolCallId, result })
}

async function transferCallee(
  { askId, wish }: Extract<LineCommand, { type: 'transfer' }>,
  { transfer, post, over }: Hands,
): Promise<void> {
  const result = await transfer(wish, over).catch((): TransferResult => noTransfer)
  post({ type: 'transfer_settled', askId, result })
}

const noTransfer = { done: 'failed', reason: 'The transfer could not be carried out' } as const

/** Longer than any string of keys that is let through takes. */
const pressingDeadlineMs = 60_000

async function pressKeys(
  { askId, digits }: Extract<LineCommand, { type: 'press_keys' }>,
  { leg, post, over }: Hands,
): Promise<void> {
  const signal = AbortSignal.any([over, AbortSignal.timeout(pressingDeadlineMs)])
  const fault = await leg.sendDigits(digits, signal).then(
    () => null,
    (error: unknown) => (error instanceof Error ? error.message : 'The keys could not be pressed'),
  )
  post({ type: 'keys_pressed', askId, fault })
}

/** Whoever asked for another language waits for it in silence. */
const switchDeadlineMs = 3_000

async function switchLanguage(
  { toolCallId, language }: Extract<LineCommand, { type: 'switch_language' }>,
  { voice, post, over }: Hands,
): Promise<void> {
  const signal = AbortSignal.any([over, AbortSignal.timeout(switchDeadlineMs)])
  const settle = (fault: string | null) => post({ type: 'language_switched', toolCallId, fault })
  if (!voice.switchLanguage) return settle('the voice keeps its language')
  await voice.switchLanguage(language, signal).then(
    () => settle(null),
    (error: unknown) => settle(error instanceof Error ? error.message : 'it failed'),
  )
}

function toVoice(command: VoiceCommand, voice: Voice): void {
  switch (command.type) {
    case 'say':
      return voice.say(command.replyId, command.text)
    case 'respond':
      return command.guidance === null
        ? voice.respond(command.replyId)
        : voice.respond(command.replyId, command.guidance)
    case 'interrupt':
      return voice.interrupt(command.replyId, command.playedMs)
    case 'instruct':
      return voice.instruct(command.text)
    case 'tell':
      return voice.tell(command.text)
    case 'answer_tool':
      return voice.answerTool(command.toolCallId, command.result)
  }
}
