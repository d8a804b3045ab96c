import { describe, expect, test } from 'vitest'
import { parseDeepgram } from './results.ts'

const results = (more: object) =>
  JSON.stringify({
    type: 'Results',
    channel_index: [0, 1],
    duration: 1.98,
    start: 5.99,
    is_final: true,
    speech_final: true,
    channel: {
      alternatives: [
        {
          transcript: 'Tell me more about this.',
          confidence: 0.99,
          words: [
            { word: 'tell', start: 6.07, end: 6.31, confidence: 0.99, punctuated_word: 'Tell' },
            { word: 'this', start: 6.95, end: 7.5, confidence: 0.98, punctuated_word: 'this.' },
          ],
        },
      ],
    },
    metadata: {
      request_id: 'r',
      model_info: { name: '2-general-nova', version: '1', arch: 'nova-3' },
      model_uuid: 'u',
    },
    from_finalize: false,
    ...more,
  })

describe('Deepgram messages', () => {
  test('a final result, timed by its words', () => {
    expect(parseDeepgram(results({}))).toEqual({
      type: 'results',
      text: 'Tell me more about this.',
      startMs: 6070,
      endMs: 7500,
      words: [
        { text: 'Tell', startMs: 6070, endMs: 6310 },
        { text: 'this.', startMs: 6950, endMs: 7500 },
      ],
      fixed: true,
      settled: true,
    })
  })

  test.each([
    [{ is_final: false, speech_final: false }, false, false],
    [{ speech_final: false }, true, false],
    [{ speech_final: false, from_finalize: true }, true, true],
  ])('%j', (flags, ...[fixed, settled]) => {
    expect(parseDeepgram(results(flags))).toMatchObject({ fixed, settled })
  })

  test.each([
    ['{"type":"UtteranceEnd","channel":[0,1],"last_word_end":2.395}', 'utterance_end'],
    ['{"type":"SpeechStarted","channel":[0],"timestamp":0.5}', 'other'],
    ['{"type":"Metadata","duration":1}', 'other'],
    ['{"type":"Error","description":"no"}', 'error'],
    ['{"type":"Results","start":0}', 'garbage'],
    ['{"type":"Results","start":0,"duration":1,"channel":{"alternatives":[]}}', 'garbage'],
    ['{', 'garbage'],
    ['{}', 'garbage'],
  ])('%s', (frame, type) => {
    expect(parseDeepgram(frame).type).toBe(type)
  })
})
