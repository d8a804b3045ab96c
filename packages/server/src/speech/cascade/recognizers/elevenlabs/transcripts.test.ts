import { describe, expect, test } from 'vitest'
import { audioChunk, parseScribe } from './transcripts.ts'

describe('Scribe messages', () => {
  test('a committed transcript with the times of its words', () => {
    const frame = JSON.stringify({
      message_type: 'committed_transcript_with_timestamps',
      text: 'Hello there',
      language_code: 'en',
      words: [
        { text: 'Hello', start: 0.12, end: 0.48, type: 'word', logprob: -0.1 },
        { text: ' ', start: 0.48, end: 0.5, type: 'spacing' },
        { text: 'there', start: 0.5, end: 0.871, type: 'word', speaker_id: 'speaker_1' },
      ],
    })
    expect(parseScribe(frame)).toEqual({
      type: 'timed',
      text: 'Hello there',
      words: [
        { text: 'Hello', startMs: 120, endMs: 480 },
        { text: 'there', startMs: 500, endMs: 871 },
      ],
    })
  })

  test.each([
    [
      '{"message_type":"session_started","session_id":"0b0a72b57fd743ebbed6555d44836cf2"}',
      { type: 'started' },
    ],
    [
      '{"message_type":"partial_transcript","text":"Hello, how are"}',
      { type: 'partial', text: 'Hello, how are' },
    ],
    ['{"message_type":"committed_transcript","text":""}', { type: 'committed', text: '' }],
    [
      '{"message_type":"committed_transcript_with_timestamps","text":"","words":null}',
      { type: 'timed', text: '', words: [] },
    ],
    ['{"message_type":"commit_throttled","error":"too little audio"}', { type: 'throttled' }],
    [
      '{"message_type":"quota_exceeded","error":"no credits"}',
      { type: 'error', kind: 'quota', message: 'quota_exceeded: no credits' },
    ],
    [
      '{"message_type":"input_error","error":"bad chunk"}',
      { type: 'error', kind: 'protocol', message: 'input_error: bad chunk' },
    ],
    ['{"message_type":"final_transcript","text":"Hello"}', { type: 'other' }],
    ['{"message_type":"partial_transcript"}', { type: 'garbage' }],
    ['{"text":"Hello"}', { type: 'garbage' }],
    ['{', { type: 'garbage' }],
  ])('%s', (frame, message) => {
    expect(parseScribe(frame)).toEqual(message)
  })

  test('audio is told in base64', () => {
    expect(JSON.parse(audioChunk(Uint8Array.of(1, 2, 255), true))).toEqual({
      message_type: 'input_audio_chunk',
      audio_base_64: 'AQL/',
      commit: true,
      sample_rate: 8000,
    })
  })
})
