import { describe, expect, test } from 'vitest'
import { faultKind, parseAssemblyAi } from './turns.ts'

const turn = (more: object) =>
  JSON.stringify({
    turn_order: 0,
    turn_is_formatted: false,
    end_of_turn: false,
    transcript: 'hi',
    end_of_turn_confidence: 0.000014,
    words: [
      { start: 1920, end: 2000, text: 'hi', confidence: 0.874618, word_is_final: true },
      { start: 2800, end: 2880, text: 'my', confidence: 0.812831, word_is_final: false },
    ],
    utterance: '',
    type: 'Turn',
    ...more,
  })

describe('AssemblyAI messages', () => {
  test('a turn that goes on, with the words that may still change', () => {
    expect(parseAssemblyAi(turn({}))).toEqual({
      type: 'turn',
      order: 0,
      text: 'hi my',
      words: [
        { text: 'hi', startMs: 1920, endMs: 2000 },
        { text: 'my', startMs: 2800, endMs: 2880 },
      ],
      over: false,
    })
  })

  test('a turn that is over, as it is written', () => {
    const done = { end_of_turn: true, turn_is_formatted: true, transcript: 'Hi, my name is Sonny.' }
    expect(parseAssemblyAi(turn(done))).toMatchObject({ text: 'Hi, my name is Sonny.', over: true })
  })

  test.each([
    [
      '{"type":"Begin","id":"de5d9927-73a6-4be8-b52d-b4c07be37e6b","expires_at":1759796682}',
      { type: 'begin' },
    ],
    ['{"type":"Silence","start_ms":1000,"end_ms":2000}', { type: 'silence', untilMs: 2000 }],
    ['{"type":"SpeechStarted","timestamp":1920}', { type: 'other' }],
    ['{"type":"Termination","audio_duration_seconds":11}', { type: 'other' }],
    [
      '{"type":"Error","error_code":3008,"error":"Session Expired: Maximum session duration exceeded"}',
      { type: 'error', code: 3008, message: 'Session Expired: Maximum session duration exceeded' },
    ],
    ['{"type":"Turn","turn_order":0}', { type: 'garbage' }],
    ['{"type":"Silence"}', { type: 'garbage' }],
    ['{"type":17', { type: 'garbage' }],
  ])('%s', (frame, message) => {
    expect(parseAssemblyAi(frame)).toEqual(message)
  })

  test.each([
    [1008, 'unauthorized'],
    [3009, 'rate_limited'],
    [4002, 'quota'],
    [null, 'protocol'],
  ])('error %s is %s', (code, kind) => {
    expect(faultKind(code)).toBe(kind)
  })
})
