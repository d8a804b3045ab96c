import { pastAsText, toolNote } from '../past-talk.ts'
import type { TalkMessage, ToolDefinition, VoiceSession } from '../port.ts'
import type { SpokenReply } from './spoken-reply.ts'

/** How sure the server must be that a sound is speech. */
export const SPEECH_THRESHOLD = 0.5
/** Audio before the detected onset that the model is given along; `audio_start_ms` includes it. */
export const PREFIX_PADDING_MS = 300
/** Silence that ends the callee's turn; `audio_end_ms` includes it. */
export const SILENCE_MS = 500

/** The whole configuration of a phone session: µ-law both ways, the server finds turns and waits to be asked. */
export function sessionUpdate(session: VoiceSession, transcriptionModel: string): object {
  return {
    type: 'session.update',
    session: {
      type: 'realtime',
      model: session.model,
      instructions: session.prompt,
      output_modalities: ['audio'],
      audio: {
        input: {
          format: { type: 'audio/pcmu' },
          transcription: { model: transcriptionModel, language: primaryLanguage(session.language) },
          turn_detection: {
            type: 'server_vad',
            threshold: session.speechThreshold ?? SPEECH_THRESHOLD,
            prefix_padding_ms: PREFIX_PADDING_MS,
            silence_duration_ms: SILENCE_MS,
            // Whether a sound is a turn, and stops the agent, is decided here: a "yeah" is and does neither.
            create_response: false,
            interrupt_response: false,
          },
        },
        output: { format: { type: 'audio/pcmu' }, voice: session.voice },
      },
      tools: session.tools.map(functionTool),
      tool_choice: 'auto',
    },
  }
}

/** Base64 needs no escaping: fifty of these a second are built without a JSON serialiser. */
export function audioAppend(frame: Uint8Array): string {
  const audio = Buffer.from(frame.buffer, frame.byteOffset, frame.byteLength).toString('base64')
  return `{"type":"input_audio_buffer.append","audio":"${audio}"}`
}

/** `reply_id` comes back in the response's metadata, which tells our replies from those the server begins. */
export function responseCreate(
  replyId: string,
  wish: { instructions?: string; toolsAllowed: boolean },
): object {
  return {
    type: 'response.create',
    event_id: createEventId(replyId),
    response: {
      metadata: { reply_id: replyId },
      ...(wish.instructions === undefined ? {} : { instructions: wish.instructions }),
      ...(wish.toolsAllowed ? {} : { tool_choice: 'none' }),
    },
  }
}

export function createEventId(replyId: string): string {
  return `create:${replyId}`
}

/** Instructions of one response replace those of the session, so nothing but the words stands here. */
export function wordForWord(text: string): string {
  return [
    'Speak the following text aloud, word for word. Add nothing, leave out nothing, do not translate it,',
    'do not answer it, and stop at its end. The text:',
    '',
    text,
  ].join('\n')
}

/** A model without a way to be given its words is told to read them out. */
export function sayByInstruction(replyId: string, text: string): object {
  return responseCreate(replyId, { instructions: wordForWord(text), toolsAllowed: false })
}

export function responseCancel(responseId: string): object {
  return { type: 'response.cancel', response_id: responseId }
}

export function truncate(item: { itemId: string; contentIndex: number; audioEndMs: number }): object {
  return {
    type: 'conversation.item.truncate',
    item_id: item.itemId,
    content_index: item.contentIndex,
    audio_end_ms: Math.floor(item.audioEndMs),
  }
}

/** Cuts every item of the reply where playing stopped. */
export function truncations(reply: SpokenReply, playedMs: number): object[] {
  return reply.cutsAt(playedMs).map(truncate)
}

export function message(role: 'system' | 'user', text: string): object {
  const item = { type: 'message', role, content: [{ type: 'input_text', text }] }
  return { type: 'conversation.item.create', item }
}

/** What was said before this session, as items of its conversation. */
export function recalled(past: readonly TalkMessage[]): object[] {
  return past.map(one => {
    switch (one.role) {
      case 'assistant':
        return spokenMessage(one.text)
      case 'user':
      case 'system':
        return message(one.role, one.text)
      case 'tool_call':
      case 'tool_result':
        return message('system', toolNote(one))
    }
  })
}

/** For a service that takes nothing into the mouth of its model. */
export function recalledAsNote(past: readonly TalkMessage[]): object[] {
  return past.length === 0 ? [] : [message('system', pastAsText(past))]
}

function spokenMessage(text: string): object {
  const item = { type: 'message', role: 'assistant', content: [{ type: 'output_text', text }] }
  return { type: 'conversation.item.create', item }
}

export function toolOutput(callId: string, result: unknown): object {
  const item = { type: 'function_call_output', call_id: callId, output: JSON.stringify(result ?? null) }
  return { type: 'conversation.item.create', item }
}

export function functionTool({ name, description, parameters }: ToolDefinition): object {
  return { type: 'function', name, description, parameters }
}

/** Transcribers take ISO 639-1. */
export function primaryLanguage(tag: string): string {
  return tag.split('-')[0]?.toLowerCase() ?? 'en'
}
