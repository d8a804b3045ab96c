import { numberAt, objectAt, parseObject, textAt, type JsonObject } from '../json-object.ts'

/**
 * What OpenAI's Realtime API (GA) and its likenesses tell a phone gateway, reduced to what it acts on. Times
 * are milliseconds of all audio appended in the session. https://platform.openai.com/docs/api-reference/realtime-server-events
 */
export type ServerEvent =
  | { type: 'session_created' | 'session_updated' }
  /** `audioMs` null: the dialect does not tell positions. */
  | { type: 'speech_started' | 'speech_stopped'; itemId: string; audioMs: number | null }
  /** A delta goes behind what is known, a snapshot in its place. */
  | {
      type: 'transcript_delta' | 'transcript_snapshot' | 'transcript_completed'
      itemId: string
      text: string
    }
  | { type: 'transcript_failed'; itemId: string }
  | { type: 'response_created'; responseId: string; replyId: string | null }
  | { type: 'audio_delta'; responseId: string; itemId: string; contentIndex: number; audio: Uint8Array }
  | { type: 'words_delta'; responseId: string; text: string }
  | { type: 'function_call'; responseId: string; callId: string; name: string; arguments: string }
  /** Shows that the response is alive; carries nothing we need. */
  | { type: 'progress'; responseId: string }
  | {
      type: 'response_done'
      responseId: string
      status: ResponseStatus
      code: string | null
      message: string
    }
  | { type: 'error'; code: string | null; eventId: string | null; message: string }
  /** Of no interest, or not known yet: the protocol grows. */
  | { type: 'other' }
  | { type: 'garbage' }

export type ResponseStatus = 'completed' | 'cancelled' | 'failed' | 'incomplete'

export function parseServerEvent(frame: string): ServerEvent {
  const event = parseObject(frame)
  const type = textAt(event, 'type')
  if (!event || type === null) return { type: 'garbage' }
  const parse = parsers[type]
  if (!parse) return liveSign(event)
  return parse(event) ?? { type: 'garbage' }
}

type Parser = (event: JsonObject) => ServerEvent | null

const parsers: Readonly<Record<string, Parser>> = {
  'session.created': () => ({ type: 'session_created' }),
  // xAI greets with this one first.
  'conversation.created': () => ({ type: 'session_created' }),
  'session.updated': () => ({ type: 'session_updated' }),
  'input_audio_buffer.speech_started': event => speech(event, 'speech_started', 'audio_start_ms'),
  'input_audio_buffer.speech_stopped': event => speech(event, 'speech_stopped', 'audio_end_ms'),
  'conversation.item.input_audio_transcription.delta': event =>
    transcript(event, 'transcript_delta', textAt(event, 'delta') ?? ''),
  'conversation.item.input_audio_transcription.updated': event =>
    transcript(event, 'transcript_snapshot', textAt(event, 'transcript')),
  // xAI completes a transcript more than once, while it says that it is still in progress.
  'conversation.item.input_audio_transcription.completed': event =>
    transcript(
      event,
      textAt(event, 'status') === 'in_progress' ? 'transcript_snapshot' : 'transcript_completed',
      textAt(event, 'transcript'),
    ),
  'conversation.item.input_audio_transcription.failed': event => {
    const itemId = textAt(event, 'item_id')
    return itemId === null ? null : { type: 'transcript_failed', itemId }
  },
  'response.created': responseCreated,
  'response.output_audio.delta': audioDelta,
  'response.output_audio_transcript.delta': wordsDelta,
  'response.output_text.delta': wordsDelta,
  'response.function_call_arguments.done': functionCall,
  'response.done': responseDone,
  error: event => {
    const error = objectAt(event, 'error')
    const message = textAt(error, 'message') ?? 'no message'
    const code = textAt(error, 'code') ?? textAt(error, 'type')
    return { type: 'error', code, eventId: textAt(error, 'event_id'), message }
  },
}

function speech(
  event: JsonObject,
  type: 'speech_started' | 'speech_stopped',
  key: string,
): ServerEvent | null {
  const itemId = textAt(event, 'item_id')
  const audioMs = numberAt(event, key)
  const absent = event[key] === undefined
  return itemId === null || (audioMs === null && !absent) ? null : { type, itemId, audioMs }
}

function transcript(
  event: JsonObject,
  type: 'transcript_delta' | 'transcript_snapshot' | 'transcript_completed',
  text: string | null,
): ServerEvent | null {
  const itemId = textAt(event, 'item_id')
  return itemId === null || text === null ? null : { type, itemId, text }
}

function responseCreated(event: JsonObject): ServerEvent | null {
  const response = objectAt(event, 'response')
  const responseId = textAt(response, 'id')
  if (responseId === null) return null
  return { type: 'response_created', responseId, replyId: textAt(objectAt(response, 'metadata'), 'reply_id') }
}

function audioDelta(event: JsonObject): ServerEvent | null {
  const responseId = textAt(event, 'response_id')
  const itemId = textAt(event, 'item_id')
  const delta = textAt(event, 'delta')
  if (responseId === null || itemId === null || delta === null) return null
  const audio = Buffer.from(delta, 'base64')
  return {
    type: 'audio_delta',
    responseId,
    itemId,
    contentIndex: numberAt(event, 'content_index') ?? 0,
    audio,
  }
}

function wordsDelta(event: JsonObject): ServerEvent | null {
  const responseId = textAt(event, 'response_id')
  const text = textAt(event, 'delta')
  return responseId === null || text === null ? null : { type: 'words_delta', responseId, text }
}

function functionCall(event: JsonObject): ServerEvent | null {
  const responseId = textAt(event, 'response_id')
  const callId = textAt(event, 'call_id')
  const name = textAt(event, 'name')
  const json = textAt(event, 'arguments')
  if (responseId === null || callId === null || name === null || json === null) return null
  return { type: 'function_call', responseId, callId, name, arguments: json }
}

function responseDone(event: JsonObject): ServerEvent | null {
  const response = objectAt(event, 'response')
  const responseId = textAt(response, 'id')
  const status = statusOf(textAt(response, 'status'))
  if (responseId === null || status === null) return null
  const details = objectAt(response, 'status_details')
  const error = objectAt(details, 'error')
  const reason = textAt(details, 'reason')
  return {
    type: 'response_done',
    responseId,
    status,
    code: textAt(error, 'code') ?? textAt(error, 'type') ?? reason,
    message: textAt(error, 'message') ?? reason ?? status,
  }
}

function statusOf(status: string | null): ResponseStatus | null {
  switch (status) {
    case 'completed':
    case 'cancelled':
    case 'failed':
    case 'incomplete':
      return status
    default:
      return null
  }
}

function liveSign(event: JsonObject): ServerEvent {
  const responseId = textAt(event, 'response_id')
  return responseId === null ? { type: 'other' } : { type: 'progress', responseId }
}
