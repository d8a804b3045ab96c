import type { Keypad as KeypadTerms, TransferPlan, VoicemailPlan } from '../domain/call-plan.ts'
import type { StandbyClips } from '../speech/port.ts'
import type { Agent } from './agent.ts'
import type { AnswerState } from './answer.ts'
import type { Machine } from './answering/machine.ts'
import type { Callee } from './callee.ts'
import type { WantedLine } from './controls.ts'
import type { Ending } from './ending.ts'
import type { HeldWords } from './greeting.ts'
import type { Command, Happening } from './happening.ts'
import type { Honesty } from './honesty.ts'
import type { Keypad } from './keypad.ts'
import type { Overlap } from './overlap.ts'
import type { OverlapCounts } from './overlap-counts.ts'
import type { Latencies } from './latency.ts'
import type { Menu } from './menu.ts'
import type { KeyPress } from './tools/key-presses.ts'
import type { ConversationSettings } from './settings.ts'
import type { OutsideTool, OutsideUse } from './tools/outside.ts'
import type { LanguageSwitch } from './tools/switch-language.ts'
import type { Transfer } from './tools/transfer.ts'
import type { ToolUse } from './tools/tool-use.ts'

/** What is fixed for the whole conversation, its language apart. */
export interface Terms {
  readonly settings: ConversationSettings
  /** The voice finds the end of the callee's turn and answers by itself. */
  readonly takesTurns: boolean
  /** It answers only words; otherwise the sound of a turn is enough. */
  readonly needsWords: boolean
  /** Told by the platform before all else; null: nothing. */
  readonly disclosure: string | null
  readonly firstSentence: string | null
  readonly maxDurationMs: number
  /** BCP 47. The agent may change it to one of `languages`; empty: it may not. */
  readonly language: string
  readonly languages: readonly string[]
  readonly keypad: KeypadTerms
  /** Null: the agent can transfer the call to nobody. */
  readonly transfer: TransferPlan | null
  readonly voicemail: VoicemailPlan
  /** A mailbox was heard before the call was answered. */
  readonly mailboxHeard: boolean
  /** What was made beforehand for when the voice is silent; null: nothing could be. */
  readonly standby: StandbyClips | null
  /** The callee speaks first. */
  readonly waitForGreeting: boolean
  /** The callee's network has a fast busy tone. */
  readonly fastBusy: boolean
  /** What the agent can do outside the conversation. */
  readonly outside: readonly OutsideTool[]
}

/** All that the decisions know. Each slice is changed by the file that declares it. */
export interface ConversationState {
  readonly terms: Terms
  readonly agent: Agent
  readonly callee: Callee
  readonly answer: AnswerState
  /** Null: the agent may speak. */
  readonly held: HeldWords | null
  /** Null: people, or what is taken for them. */
  readonly machine: Machine | null
  /** An automatic menu answered. */
  readonly menu: Menu | null
  readonly overlap: Overlap
  readonly overlaps: OverlapCounts
  readonly ending: Ending
  readonly keypad: Keypad | null
  /** Lines that a customer wants spoken. */
  readonly wantedLines: readonly WantedLine[]
  readonly tools: ToolUse
  /** Keys that the agent is pressing or about to press. */
  readonly pressing: KeyPress | null
  /** The language is about to be another one. */
  readonly switching: LanguageSwitch | null
  /** The callee is about to be connected to somebody else. */
  readonly transfer: Transfer | null
  readonly outside: OutsideUse
  /** Tool calls in a row whose arguments could not be read. */
  readonly unreadable: number
  readonly latency: Latencies
  readonly honesty: Honesty
  readonly wrappingUp: boolean
  /** When the agent last asked whether somebody is there. */
  readonly silenceAskedMs: number | null
  /** When the line last said that nothing arrives. */
  readonly stalledMs: number | null
  /** Words made beforehand that were played in a row while nothing else came. */
  readonly fillers: number
  /** Since then nobody understands the callee. */
  readonly deafSinceMs: number | null
  /** The voice is gone since then; and when the apology began. */
  readonly failing: {
    readonly sinceMs: number
    readonly message: string
    readonly apologyMs: number | null
  } | null
}

export type Step = readonly [state: ConversationState, commands: readonly Command[]]

/** One decision: null when the happening does not concern it. */
export type Part = (state: ConversationState, happening: Happening) => Step | null
