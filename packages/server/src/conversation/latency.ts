import { type Reply, startMark } from './agent.ts'
import type { ConversationState, Part, Step } from './state.ts'
import { report } from './step.ts'

/** The wait of each turn, from the callee's last sound to the agent's first one. */
export interface Latencies {
  /** Voice to voice of each answered turn, in milliseconds. */
  readonly voiceToVoiceMs: readonly number[]
  /** Where the callee's latest turn ended, until it is answered. */
  readonly stoppedMs: number | null
}

/** The whole call's figures, in milliseconds. */
export interface CallLatency {
  readonly turns: number
  readonly voice_to_voice_p50_ms: number | null
  readonly p95_ms: number | null
}

export const noLatencies: Latencies = { voiceToVoiceMs: [], stoppedMs: null }

/** Measures on the media clock, from the onset of silence to the reply's first sample on the line. */
export const latency: Part = (state, { event }) => {
  switch (event.type) {
    case 'speech_started':
      return withStop(state, null)
    case 'speech_stopped':
      return withStop(state, event.atMs)
    case 'mark': {
      const reply = state.agent.replies.find(one => startMark(one.id) === event.name)
      return reply && !event.cleared ? replyHeard(state, reply, reply.playedFromMs ?? event.atMs) : null
    }
    default:
      return null
  }
}

function replyHeard(state: ConversationState, reply: Reply, atMs: number): Step | null {
  const { stoppedMs, voiceToVoiceMs } = state.latency
  const isAnswer = reply.purpose === 'answer' || reply.purpose === 'farewell'
  if (stoppedMs === null || !isAnswer || reply.askedMs < stoppedMs) return null
  const since = (ms: number | null, fromMs: number) =>
    ms === null ? null : Math.max(0, Math.round(ms - fromMs))
  const { finalMs } = state.callee
  const voiceToVoice = Math.max(0, Math.round(atMs - stoppedMs))
  const after = { voiceToVoiceMs: [...voiceToVoiceMs, voiceToVoice], stoppedMs: null }
  const told = report({
    type: 'turn_latency',
    turn: after.voiceToVoiceMs.length,
    at_ms: atMs,
    latency: {
      endpoint_ms: since(reply.askedMs, stoppedMs),
      recognition_ms: finalMs !== null && finalMs >= stoppedMs ? since(finalMs, reply.askedMs) : null,
      first_token_ms: since(reply.tokenMs, reply.askedMs),
      first_audio_ms: since(reply.audioMs, reply.askedMs),
      voice_to_voice_ms: voiceToVoice,
    },
  })
  return [{ ...state, latency: after }, [told]]
}

export function summarize({ voiceToVoiceMs }: Latencies): CallLatency {
  const sorted = voiceToVoiceMs.toSorted((a, b) => a - b)
  return {
    turns: sorted.length,
    voice_to_voice_p50_ms: quantile(sorted, 0.5),
    p95_ms: quantile(sorted, 0.95),
  }
}

/** Nearest rank. */
function quantile(sorted: readonly number[], share: number): number | null {
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? null
}

function withStop(state: ConversationState, stoppedMs: number | null): Step {
  return [{ ...state, latency: { ...state.latency, stoppedMs } }, []]
}
