import { objectAt, parseObject, textAt, type JsonObject } from '../../../json-object.ts'

/**
 * What an OpenAI transcription session tells, reduced to what a call needs. Each committed piece of audio is an
 * item; its text may come after that of later ones.
 * https://developers.openai.com/api/docs/guides/realtime-transcription
 */
export type TranscriptionEvent =
  | { type: 'configured' }
  | { type: 'committed'; itemId: string }
  | { type: 'delta'; itemId: string; text: string }
  | { type: 'completed'; itemId: string; text: string }
  | { type: 'failed'; itemId: string; message: string }
  | { type: 'error'; code: string | null; message: string }
  | { type: 'other' }
  | { type: 'garbage' }

const PREFIX = 'conversation.item.input_audio_transcription.'

export function parseTranscription(frame: string): TranscriptionEvent {
  const event = parseObject(frame)
  const type = textAt(event, 'type')
  if (type === null) return { type: 'garbage' }
  if (type === 'session.updated') return { type: 'configured' }
  if (type === 'error') {
    const error = objectAt(event, 'error')
    const code = textAt(error, 'code') ?? textAt(error, 'type')
    return { type: 'error', code, message: textAt(error, 'message') ?? 'no reason given' }
  }
  if (type === 'input_audio_buffer.committed') return ofItem(event, itemId => ({ type: 'committed', itemId }))
  return type.startsWith(PREFIX) ? transcription(type.slice(PREFIX.length), event) : { type: 'other' }
}

function transcription(kind: string, event: JsonObject | null): TranscriptionEvent {
  switch (kind) {
    case 'delta':
      return ofItem(event, itemId => ({ type: 'delta', itemId, text: textAt(event, 'delta') ?? '' }))
    case 'completed':
      return ofItem(event, itemId => ({ type: 'completed', itemId, text: textAt(event, 'transcript') ?? '' }))
    case 'failed': {
      const message = textAt(objectAt(event, 'error'), 'message') ?? 'no reason given'
      return ofItem(event, itemId => ({ type: 'failed', itemId, message }))
    }
    default:
      return { type: 'other' }
  }
}

function ofItem(event: JsonObject | null, make: (itemId: string) => TranscriptionEvent): TranscriptionEvent {
  const itemId = textAt(event, 'item_id')
  return itemId === null ? { type: 'garbage' } : make(itemId)
}

/** The configuration of a session: µ-law, and pieces that end where we say. `language` is ISO 639-1. */
export function transcriptionSession(model: string, language: string): object {
  return {
    type: 'session.update',
    session: {
      type: 'transcription',
      audio: {
        input: {
          format: { type: 'audio/pcmu' },
          transcription: { model, languages: [language] },
          turn_detection: null,
        },
      },
    },
  }
}
