import type { OneWayCause } from './line-quality.ts'
import type { preflightRefusals } from './preflight.ts'
import type { Answerer, CallMode, EndReason, NetworkStatus } from './status.ts'

/**
 * What happens during a call, as the event feed (`GET /v1/calls/{id}/events`), the timeline and the
 * transcript tell it. `sequence` counts from 1 without gaps within one call. Times named `at_ms` are
 * milliseconds of the call's media clock, which starts at answer.
 */
export type CallEvent = { sequence: number; occurred_at: string } & CallEventBody

/** Text of a turn: who said it, and when it was heard on the line. */
export type Speaker = 'assistant' | 'user' | 'tool' | 'dtmf'

/** One line of the transcript. Assistant text is what was played, never what was merely generated. */
export interface TranscriptEntry {
  id: string
  user: Speaker
  text: string
  created_at: string
  start_ms: number
  end_ms: number
  interrupted: boolean
}

/** Where the time between the callee's last sound and the agent's first one went, in milliseconds. */
export interface TurnLatency {
  /** From the end of the callee's speech on the media clock to the decision that the turn is over. */
  endpoint_ms: number | null
  /** From that decision to the final text. */
  recognition_ms: number | null
  /** From the decision to the model's first token. */
  first_token_ms: number | null
  /** From the decision to the first audio byte of the reply. */
  first_audio_ms: number | null
  /** From the end of the callee's speech to the first packet of the reply on the wire. */
  voice_to_voice_ms: number
}

/** What a customer can ask of a live call: a line to be spoken, guidance, another party, keys. */
export type ControlAction = 'say' | 'instruct' | 'transfer' | 'dtmf'

export type CallEventBody =
  | { type: 'queued' }
  /** It waits until then: as asked for, or because a preflight says that it may not be dialled before. */
  | { type: 'scheduled'; at: string; because: (typeof preflightRefusals)[number] | null }
  /** It may not be dialled, and ends. */
  | { type: 'refused'; code: (typeof preflightRefusals)[number]; detail: string }
  /** Its attempt reached nobody, and there will be another one. */
  | {
      type: 'retrying'
      attempt: number
      call_status: NetworkStatus
      error_message: string | null
      at: string
    }
  | { type: 'dialing'; attempt: number }
  | { type: 'ringing' }
  | { type: 'answered'; mode: CallMode; model: string; voice: string }
  | { type: 'prompt'; text: string }
  | { type: 'partial_transcript'; user: 'user'; text: string; at_ms: number }
  | { type: 'transcript'; entry: TranscriptEntry }
  | { type: 'interruption'; at_ms: number; played_ms: number }
  /** The agent had stopped for a sound that was no speech, and goes on from the same word. */
  | { type: 'resumed'; at_ms: number }
  /** The callee made a sound over the agent that did not stop it. */
  | { type: 'backchannel'; at_ms: number }
  /**
   * At the end of the talk: how the two sides' speech met. `overlaps` are the callee's sounds over the agent's;
   * `cut_offs` the answers that began while the callee had more to say.
   */
  | {
      type: 'turn_taking'
      overlaps: number
      interruptions: number
      backchannels: number
      false_stops: number
      cut_offs: number
      at_ms: number
    }
  | { type: 'digit'; digit: string; at_ms: number }
  | { type: 'tool_call'; tool_call_id: string; name: string; arguments: unknown; at_ms: number }
  | { type: 'tool_result'; tool_call_id: string; name: string; ok: boolean; result: unknown; at_ms: number }
  | { type: 'turn_latency'; turn: number; latency: TurnLatency; at_ms: number }
  /** A customer steers the call. `detail`: the words, the destination's name, or the keys. */
  | { type: 'control'; control_id: string; action: ControlAction; detail: string; at_ms: number }
  /** What came of a `control` that takes time; `detail`: why it came to nothing. */
  | {
      type: 'control_result'
      control_id: string
      action: ControlAction
      ok: boolean
      detail: string | null
      at_ms: number
    }
  /** The callee talks to somebody else now: moved by the network, or connected through the platform. */
  | { type: 'transferred'; destination: string; by: 'network' | 'platform'; at_ms: number }
  | { type: 'silence_prompt'; at_ms: number }
  | { type: 'wrap_up'; at_ms: number }
  | { type: 'farewell'; at_ms: number }
  | { type: 'fault'; source: 'voice' | 'line' | 'tool'; detail: string; at_ms: number }
  /** One direction of the line is dead, with the likely cause; told within 5 s. Null: both flow again. */
  | { type: 'one_way_audio'; cause: OneWayCause | null; at_ms: number }
  | { type: 'answered_by'; answered_by: Answerer; at_ms: number }
  /** The customer's words for a mailbox: begun, perhaps anew, or left to the last of them. */
  | { type: 'voicemail_message'; state: 'started' | 'left'; at_ms: number }
  | { type: 'ended'; call_status: NetworkStatus; end_reason: EndReason | null; error_message: string | null }
  | { type: 'recording_ready' }
  | { type: 'analysed'; summary: string | null; disposition: string | null }
