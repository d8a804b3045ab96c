import { describe, expect, test } from 'vitest'
import { parseServerEvent } from './server-events.ts'

const parse = (event: object) => parseServerEvent(JSON.stringify(event))

describe('server events of OpenAI Realtime', () => {
  test.each([
    [
      { type: 'input_audio_buffer.speech_started', event_id: 'e', audio_start_ms: 1000, item_id: 'item_3' },
      { type: 'speech_started', itemId: 'item_3', audioMs: 1000 },
    ],
    [
      { type: 'input_audio_buffer.speech_stopped', event_id: 'e', audio_end_ms: 2000, item_id: 'item_3' },
      { type: 'speech_stopped', itemId: 'item_3', audioMs: 2000 },
    ],
    [
      { type: 'conversation.created', event_id: 'e', conversation: { id: 'conv_1' } },
      { type: 'session_created' },
    ],
    [
      { type: 'input_audio_buffer.speech_started', event_id: 'e', item_id: 'item_3' },
      { type: 'speech_started', itemId: 'item_3', audioMs: null },
    ],
    [
      {
        type: 'conversation.item.input_audio_transcription.updated',
        item_id: 'item_3',
        transcript: 'Hello how',
      },
      { type: 'transcript_snapshot', itemId: 'item_3', text: 'Hello how' },
    ],
    [
      {
        type: 'conversation.item.input_audio_transcription.completed',
        item_id: 'item_3',
        transcript: 'Hello how are',
        status: 'in_progress',
      },
      { type: 'transcript_snapshot', itemId: 'item_3', text: 'Hello how are' },
    ],
    [
      {
        type: 'conversation.item.input_audio_transcription.completed',
        event_id: 'e',
        item_id: 'item_3',
        content_index: 0,
        transcript: 'Hello, how are you?',
        usage: { type: 'tokens', total_tokens: 22, input_tokens: 13, output_tokens: 9 },
      },
      { type: 'transcript_completed', itemId: 'item_3', text: 'Hello, how are you?' },
    ],
    [
      {
        type: 'conversation.item.input_audio_transcription.failed',
        event_id: 'e',
        item_id: 'item_3',
        content_index: 0,
        error: { type: 'transcription_error', code: 'audio_unintelligible', message: 'No.', param: null },
      },
      { type: 'transcript_failed', itemId: 'item_3' },
    ],
    [
      {
        type: 'response.created',
        event_id: 'e',
        response: {
          object: 'realtime.response',
          id: 'resp_1',
          status: 'in_progress',
          metadata: { reply_id: 'r' },
        },
      },
      { type: 'response_created', responseId: 'resp_1', replyId: 'r' },
    ],
    [
      { type: 'response.created', event_id: 'e', response: { id: 'resp_1', metadata: null } },
      { type: 'response_created', responseId: 'resp_1', replyId: null },
    ],
    [
      {
        type: 'response.output_audio.delta',
        event_id: 'e',
        response_id: 'resp_1',
        item_id: 'item_8',
        output_index: 0,
        content_index: 1,
        delta: '//8A',
      },
      {
        type: 'audio_delta',
        responseId: 'resp_1',
        itemId: 'item_8',
        contentIndex: 1,
        audio: Buffer.from([255, 255, 0]),
      },
    ],
    [
      { type: 'response.output_audio_transcript.delta', response_id: 'resp_1', item_id: 'i', delta: 'Hi' },
      { type: 'words_delta', responseId: 'resp_1', text: 'Hi' },
    ],
    [
      {
        type: 'response.function_call_arguments.done',
        response_id: 'resp_1',
        item_id: 'i',
        output_index: 1,
        call_id: 'call_1',
        name: 'end_call',
        arguments: '{}',
      },
      { type: 'function_call', responseId: 'resp_1', callId: 'call_1', name: 'end_call', arguments: '{}' },
    ],
    [
      { type: 'response.done', response: { id: 'resp_1', status: 'completed', status_details: null } },
      { type: 'response_done', responseId: 'resp_1', status: 'completed', code: null, message: 'completed' },
    ],
    [
      {
        type: 'response.done',
        response: {
          id: 'resp_1',
          status: 'failed',
          status_details: { type: 'failed', error: { type: 'server_error', code: 'insufficient_quota' } },
        },
      },
      {
        type: 'response_done',
        responseId: 'resp_1',
        status: 'failed',
        code: 'insufficient_quota',
        message: 'failed',
      },
    ],
    [
      {
        type: 'response.done',
        response: {
          id: 'resp_1',
          status: 'cancelled',
          status_details: { type: 'cancelled', reason: 'turn_detected' },
        },
      },
      {
        type: 'response_done',
        responseId: 'resp_1',
        status: 'cancelled',
        code: 'turn_detected',
        message: 'turn_detected',
      },
    ],
    [
      {
        type: 'error',
        event_id: 'e',
        error: { type: 'invalid_request_error', code: null, message: 'Bad.', param: null, event_id: 'mine' },
      },
      { type: 'error', code: 'invalid_request_error', eventId: 'mine', message: 'Bad.' },
    ],
    [
      { type: 'response.content_part.added', response_id: 'resp_1', item_id: 'i' },
      { type: 'progress', responseId: 'resp_1' },
    ],
    [{ type: 'rate_limits.updated', rate_limits: [] }, { type: 'other' }],
    [{ type: 'something.new', anything: 1 }, { type: 'other' }],
  ])('%j', (event, expected) => {
    expect(parse(event)).toEqual(expected)
  })

  test.each([
    '',
    '{"type": 17, "delta": ',
    'null',
    '[]',
    '"text"',
    '{"type":17}',
    '{"type":"response.output_audio.delta","response_id":"r"}',
    '{"type":"response.done","response":{"id":"r","status":"exploded"}}',
    '{"type":"input_audio_buffer.speech_started","item_id":"i","audio_start_ms":"soon"}',
  ])('garbage: %s', frame => {
    expect(parseServerEvent(frame)).toEqual({ type: 'garbage' })
  })
})
