import type { backgroundGains, backgrounds } from '@parley/contract/place-call'
import type { CallMode } from '@parley/contract/status'
import type { AccountId, CallId } from './ids.ts'
import type { ToolPlan } from './tool-plan.ts'

/**
 * All that a conversation needs to know of a call: the request with defaults applied and every
 * `{{placeholder}}` filled. Fixed at the moment the call is placed. Durations in milliseconds.
 */
export interface CallPlan {
  readonly callId: CallId
  readonly accountId: AccountId
  /** Number or `sip:` URI to dial. */
  readonly to: string
  /** Number shown to the callee; null: the carrier's default. */
  readonly from: string | null
  readonly prompt: { readonly kind: 'task' | 'instructions'; readonly text: string }
  /** Spoken word for word on answer; null: the agent opens by itself. */
  readonly firstSentence: string | null
  /** Told by the platform before all else, word for word; absent: nothing. */
  readonly disclosure?: string
  readonly mode: CallMode
  readonly model: string
  readonly voice: string
  /** Who speaks a voice that the account registered; absent: the provider whose list has it. */
  readonly voiceProvider?: string
  /** Null: the model's own default. */
  readonly temperature: number | null
  /** BCP 47. */
  readonly language: string
  /** To which the call may be switched while it lasts; absent: none. */
  readonly otherLanguages?: readonly string[]
  readonly maxDurationMs: number
  /** The values that filled the placeholders: data the agent may state, never orders to it. */
  readonly requestData: Readonly<Record<string, string>>
  /** What the agent may look things up in; absent: nothing. */
  readonly knowledgeBaseIds?: readonly string[]
  /** The customer's own; absent: none. */
  readonly tools?: readonly ToolPlan[]
  readonly record: boolean
  /** Set: personal numbers and addresses that are said or pressed are not stored. */
  readonly redactPii?: true
  /** Absent: we call them. */
  readonly direction?: 'inbound'
  /** Absent: the agent can transfer the call to nobody. */
  readonly transfer?: TransferPlan
  /** Absent: both ways. */
  readonly keypad?: Keypad
  /** Absent: a summary. */
  readonly analysis?: AnalysisTerms
  /** Absent: hang up. */
  readonly voicemail?: VoicemailPlan
  /** The callee speaks first. Absent: the agent does. */
  readonly waitForGreeting?: true
  readonly interruption?: Interruption
  readonly silence?: Silence
  /** Absent: none. */
  readonly background?: Background
}

/** What to do when a mailbox answers. */
export type VoicemailPlan =
  | { readonly action: 'hang_up' | 'ignore' }
  /** Said word for word. */
  | { readonly action: 'leave_message'; readonly message: string }

/** What is read out of the call when it is over. */
export interface AnalysisTerms {
  readonly summary: boolean
  /** One of these; empty: none is asked for. */
  readonly dispositions: readonly string[]
  /** JSON Schema of an object. */
  readonly schema: Readonly<Record<string, unknown>> | null
  readonly successCriteria: string | null
}

export interface TransferPlan {
  readonly destinations: readonly TransferDestination[]
  /** Warm: whoever takes over is told first what it is about. */
  readonly mode: 'cold' | 'warm'
  /** Said to them before what the agent adds. */
  readonly briefing: string | null
}

export interface TransferDestination {
  /** What the agent knows it by; unique within the call. */
  readonly name: string
  /** Number or `sip:` URI. */
  readonly to: string
  /** When to choose it. */
  readonly description: string | null
}

/** Whether the agent may press keys, and whether it gets to know those that the callee presses. */
export interface Keypad {
  readonly send: boolean
  readonly receive: boolean
}

/** How easily the callee stops the agent. */
export interface Interruption {
  readonly enabled: boolean
  readonly minSpeechMs: number
  /** Likelihood of speech, 0 to 1; absent: each detector's own. */
  readonly threshold?: number
}

/** When the agent asks into the silence, and when it says goodbye. */
export interface Silence {
  readonly promptMs: number
  readonly farewellMs: number
}

/** Sounds of a place under the agent. */
export interface Background {
  readonly place: Exclude<(typeof backgrounds)[number], 'none'>
  readonly gain: (typeof backgroundGains)[number]
}
