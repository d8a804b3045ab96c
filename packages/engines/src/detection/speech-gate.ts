/**
 * From the likelihood of speech in each short window to the moments where speech begins and ends.
 * Pure: time arrives with each window.
 *
 * Speech begins when the likelihood stays over the threshold for 60 ms, which lets clicks and breaths
 * pass, and is dated back to where it rose. It ends after `stopAfterMs` below a lower threshold, and is
 * dated back to the last window that held speech; between the two thresholds nothing changes.
 */
export interface GateOptions {
  readonly threshold: number
  readonly stopAfterMs: number
}

export type Gate =
  | { readonly state: 'silent'; readonly risenAtMs: number | null }
  | { readonly state: 'speaking'; readonly lastHeardMs: number }

export interface Window {
  readonly startMs: number
  readonly endMs: number
  /** 0 to 1. */
  readonly likelihood: number
}

export interface SpeechEvent {
  readonly type: 'started' | 'stopped'
  /** Where speech rose or fell on the media clock; not the later moment at which that was certain. */
  readonly atMs: number
}

export const CLOSED_GATE: Gate = { state: 'silent', risenAtMs: null }

const START_AFTER_MS = 60
const HYSTERESIS = 0.15
/** A hole this long in the audio breaks a rise: what lies on its two sides is not one sound. */
const MAX_RISE_MS = 200

export function passWindow(gate: Gate, window: Window, options: GateOptions): [Gate, SpeechEvent | null] {
  return gate.state === 'silent'
    ? passSilent(gate.risenAtMs, window, options)
    : passSpeaking(gate, window, options)
}

function passSilent(
  risenAtMs: number | null,
  window: Window,
  options: GateOptions,
): [Gate, SpeechEvent | null] {
  if (window.likelihood < options.threshold) return [CLOSED_GATE, null]
  const atMs = risenAtMs !== null && window.endMs - risenAtMs <= MAX_RISE_MS ? risenAtMs : window.startMs
  if (window.endMs - atMs < START_AFTER_MS) return [{ state: 'silent', risenAtMs: atMs }, null]
  return [
    { state: 'speaking', lastHeardMs: window.endMs },
    { type: 'started', atMs },
  ]
}

function passSpeaking(
  gate: Extract<Gate, { state: 'speaking' }>,
  window: Window,
  options: GateOptions,
): [Gate, SpeechEvent | null] {
  if (window.likelihood >= options.threshold - HYSTERESIS) {
    return [{ state: 'speaking', lastHeardMs: Math.max(gate.lastHeardMs, window.endMs) }, null]
  }
  if (window.endMs - gate.lastHeardMs < options.stopAfterMs) return [gate, null]
  return [CLOSED_GATE, { type: 'stopped', atMs: gate.lastHeardMs }]
}
