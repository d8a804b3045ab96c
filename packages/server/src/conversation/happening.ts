import type { CallEventBody, Speaker } from '@parley/contract/events'
import type { Control } from '../domain/control.ts'
import type { ControlId } from '../domain/ids.ts'
import type { Outcome } from '../domain/outcome.ts'
import type { VoiceEvent } from '../speech/port.ts'
import type { LegEvent } from '../telephony/port.ts'
import type { LineSound } from './line-ears.ts'
import type { OutsideCall } from './tools/outside.ts'
import type { ToolResult } from './tools/tool-answer.ts'
import type { TransferWish } from './tools/transfer-call.ts'

/** Something that happened, with the time and the fill of the line's queue when it was taken up. */
export interface Happening {
  /** Media clock, milliseconds since answer. */
  readonly nowMs: number
  /** Agent's audio that was written and has not been played. */
  readonly queuedMs: number
  /** Media-clock end of the callee's last frame that was louder than the line's noise. */
  readonly loudUntilMs: number
  /** Wall time since answer: the truth about limits should the media clock stand still. */
  readonly elapsedMs: number
  readonly event: ConversationEvent
}

export type ConversationEvent =
  | LegEvent
  | VoiceEvent
  | LineSound
  | { type: 'began' }
  | { type: 'tool_settled'; toolCallId: string; result: ToolResult }
  | { type: 'transfer_settled'; askId: string; result: TransferResult }
  /** The last key has left, or what kept it from leaving. */
  | { type: 'keys_pressed'; askId: string; fault: string | null }
  /** The voice hears and speaks another language now, or what kept it from that. */
  | { type: 'language_switched'; toolCallId: string; fault: string | null }
  | { type: 'tick' }
  | { type: 'stop'; how: 'now' | 'farewell' }
  /** A customer steers the call. */
  | { type: 'control'; control: Control }
  /** The process has to go. */
  | { type: 'abandoned' }

/**
 * The network took the callee over; or somebody answered and is waiting to be connected by us; or the
 * callee is still ours alone.
 */
export type TransferResult =
  | { done: 'network' | 'platform' }
  /** Why nobody was reached, in words a model can speak about. */
  | { done: 'failed'; reason: string }

/** What the decisions ask for; carried out in order. */
export type Command = VoiceCommand | SpeakerCommand | LineCommand

export type VoiceCommand =
  | { type: 'say'; replyId: string; text: string }
  | { type: 'respond'; replyId: string; guidance: string | null }
  | { type: 'interrupt'; replyId: string; playedMs: number }
  | { type: 'instruct'; text: string }
  | { type: 'tell'; text: string }
  | { type: 'answer_tool'; toolCallId: string; result: unknown }

export type SpeakerCommand =
  | { type: 'play'; audio: Uint8Array }
  | { type: 'mark'; name: string }
  | { type: 'clear' }
  | { type: 'gain'; db: number }

export type LineCommand =
  | { type: 'use_tool'; call: OutsideCall }
  | { type: 'press_keys'; askId: string; digits: string }
  | { type: 'transfer'; askId: string; wish: TransferWish }
  | { type: 'switch_language'; toolCallId: string; language: string }
  | { type: 'report'; event: CallEventBody }
  | { type: 'enter'; line: TranscriptLine }
  /** Whether a customer's wish is taken; the fault says why not. */
  | { type: 'settle_control'; id: ControlId; fault: string | null }
  /** The conversation is over; the line is still up when `hangUp` is set. */
  | { type: 'finish'; outcome: Outcome; hangUp: boolean }

/** A transcript entry before it has an id and a date. */
export interface TranscriptLine {
  readonly user: Speaker
  readonly text: string
  readonly startMs: number
  readonly endMs: number
  readonly interrupted: boolean
}
