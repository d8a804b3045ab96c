/**
 * The words a call's state is told in, the same in the API, the database, events and webhooks.
 * Two axes that never mix: what the platform does, and what the phone network said.
 */

/** What the platform does with a call. */
export const callStatuses = ['pending', 'queued', 'in_progress', 'completed', 'failed', 'cancelled'] as const
export type CallStatus = (typeof callStatuses)[number]

/** What the phone network said of it. Null until the network has said something. */
export const networkStatuses = [
  'in-progress',
  'completed',
  'no-answer',
  'busy',
  'rejected',
  'failed',
  'cancelled',
  'dispatch_timeout',
] as const
export type NetworkStatus = (typeof networkStatuses)[number]

/** Why an answered or attempted call is over. */
export const endReasons = [
  'agent_ended',
  'callee_hung_up',
  'max_duration',
  'silence',
  'voicemail',
  'transferred',
  'stopped',
  'carrier_error',
  'provider_error',
  'node_lost',
] as const
export type EndReason = (typeof endReasons)[number]

/** Who picked up. */
export const answerers = ['human', 'voicemail', 'ivr', 'unknown'] as const
export type Answerer = (typeof answerers)[number]

/** `realtime`: one speech-to-speech model. `legacy`: recognizer, language model, synthesizer. */
export const callModes = ['realtime', 'legacy'] as const
export type CallMode = (typeof callModes)[number]

export const terminalStatuses = ['completed', 'failed', 'cancelled'] as const satisfies readonly CallStatus[]
