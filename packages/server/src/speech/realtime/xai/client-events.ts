import type { VoiceSession } from '../../port.ts'
import {
  createEventId,
  functionTool,
  message,
  PREFIX_PADDING_MS,
  primaryLanguage,
  SILENCE_MS,
  SPEECH_THRESHOLD,
} from '../../realtime-protocol/client-events.ts'
import type { SpokenReply } from '../../realtime-protocol/spoken-reply.ts'

const TRANSCRIPTION_MODEL = 'grok-transcribe'

/**
 * Where xAI's Voice Agent leaves OpenAI's protocol: voice and turn detection stand at the top of the session.
 * https://docs.x.ai/docs/guides/voice/agent
 */
export function sessionUpdate(session: VoiceSession): object {
  return {
    type: 'session.update',
    session: {
      instructions: session.prompt,
      voice: session.voice,
      turn_detection: {
        type: 'server_vad',
        threshold: session.speechThreshold ?? SPEECH_THRESHOLD,
        prefix_padding_ms: PREFIX_PADDING_MS,
        silence_duration_ms: SILENCE_MS,
      },
      audio: {
        input: {
          format: { type: 'audio/pcmu' },
          transcription: { model: TRANSCRIPTION_MODEL, language: primaryLanguage(session.language) },
        },
        output: { format: { type: 'audio/pcmu' } },
      },
      tools: session.tools.map(functionTool),
      tool_choice: 'auto',
    },
  }
}

/** The service speaks these words itself, without asking the model; no response is requested for it. */
export function forceMessage(replyId: string, text: string): object {
  return {
    type: 'conversation.item.create',
    event_id: createEventId(replyId),
    item: { type: 'force_message', role: 'assistant', content: [{ type: 'output_text', text }] },
  }
}

/** There is no truncation, so the model is told how far it was heard. */
export function heardOnly(reply: SpokenReply, playedMs: number): object[] {
  const note = reply.heardNote(playedMs)
  return note === null ? [] : [message('system', note)]
}
