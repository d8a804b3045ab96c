import { describe, expect, test } from 'vitest'
import { parseTranscription, transcriptionSession } from './transcription-events.ts'

const PREFIX = 'conversation.item.input_audio_transcription'

describe('OpenAI transcription events', () => {
  test.each([
    [{ type: 'session.created', event_id: 'e1', session: { type: 'transcription' } }, { type: 'other' }],
    [{ type: 'session.updated', event_id: 'e2', session: { type: 'transcription' } }, { type: 'configured' }],
    [
      { type: 'input_audio_buffer.committed', event_id: 'e3', previous_item_id: null, item_id: 'item_003' },
      { type: 'committed', itemId: 'item_003' },
    ],
    [
      { type: `${PREFIX}.delta`, event_id: 'e4', item_id: 'item_003', content_index: 0, delta: 'Hello,' },
      { type: 'delta', itemId: 'item_003', text: 'Hello,' },
    ],
    [
      {
        type: `${PREFIX}.completed`,
        event_id: 'e5',
        item_id: 'item_003',
        content_index: 0,
        transcript: 'Hello, how are you?',
        usage: { type: 'duration', seconds: 2 },
      },
      { type: 'completed', itemId: 'item_003', text: 'Hello, how are you?' },
    ],
    [
      {
        type: `${PREFIX}.failed`,
        event_id: 'e6',
        item_id: 'item_003',
        content_index: 0,
        error: { type: 'transcription_error', code: 'audio_unintelligible', message: 'No speech.' },
      },
      { type: 'failed', itemId: 'item_003', message: 'No speech.' },
    ],
    [
      { type: 'error', error: { type: 'invalid_request_error', code: 'invalid_value', message: 'no' } },
      { type: 'error', code: 'invalid_value', message: 'no' },
    ],
    [
      { type: 'error', error: { type: 'server_error', code: null, message: 'no' } },
      { type: 'error', code: 'server_error', message: 'no' },
    ],
    [{ type: `${PREFIX}.segment`, item_id: 'item_003', text: 'Hello,' }, { type: 'other' }],
    [{ type: `${PREFIX}.delta`, delta: 'Hello,' }, { type: 'garbage' }],
    [{ delta: 'Hello,' }, { type: 'garbage' }],
  ])('%j', (event, parsed) => {
    expect(parseTranscription(JSON.stringify(event))).toEqual(parsed)
  })

  test('what is no object is garbage', () => {
    expect(parseTranscription('{"type":')).toEqual({ type: 'garbage' })
  })

  test('a session takes the audio of the line as it is', () => {
    expect(transcriptionSession('gpt-live-transcribe', 'es')).toMatchObject({
      session: {
        type: 'transcription',
        audio: {
          input: {
            format: { type: 'audio/pcmu' },
            transcription: { languages: ['es'] },
            turn_detection: null,
          },
        },
      },
    })
  })
})
