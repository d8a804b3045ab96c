import { describe, expect, test } from 'vitest'
import { parseFlux } from './turn-info.ts'

const turnInfo = (more: object) =>
  JSON.stringify({
    type: 'TurnInfo',
    request_id: '0f3c2a0e-4f4e-4d7a-9d55-4f2b8e5a6f11',
    sequence_id: 7,
    event: 'Update',
    turn_index: 0,
    audio_window_start: 0.0,
    audio_window_end: 1.5,
    transcript: 'Hello, how are',
    words: [
      { word: 'Hello,', confidence: 0.98, start: 0.24, end: 0.56 },
      { word: 'how', confidence: 0.97, start: 0.64, end: 0.8 },
      { word: 'are', confidence: 0.9, start: 0.8, end: 0.96 },
    ],
    end_of_turn_confidence: 0.03,
    ...more,
  })

describe('Flux messages', () => {
  test('the turn so far, timed by its words', () => {
    expect(parseFlux(turnInfo({}))).toEqual({
      type: 'turn',
      state: 'open',
      text: 'Hello, how are',
      startMs: 240,
      endMs: 960,
      words: [
        { text: 'Hello,', startMs: 240, endMs: 560 },
        { text: 'how', startMs: 640, endMs: 800 },
        { text: 'are', startMs: 800, endMs: 960 },
      ],
      listenedMs: 1500,
    })
  })

  test('words without times leave the window', () => {
    const words = [{ word: 'Hello,', confidence: 0.98 }]
    expect(parseFlux(turnInfo({ words }))).toMatchObject({ startMs: 0, endMs: 1500, words: [] })
  })

  test.each([
    ['StartOfTurn', 'open'],
    ['TurnResumed', 'open'],
    ['EagerEndOfTurn', 'likely'],
    ['EndOfTurn', 'over'],
  ])('%s leaves the turn %s', (event, ...[state]) => {
    expect(parseFlux(turnInfo({ event, trigger: 'model' }))).toMatchObject({ type: 'turn', state })
  })

  test.each([
    ['{"type":"Connected","request_id":"r","sequence_id":0}', { type: 'connected' }],
    ['{"type":"ConfigureSuccess","request_id":"r","sequence_id":4}', { type: 'other' }],
    [turnInfo({ event: 'SpeakerChanged' }), { type: 'other' }],
    [
      '{"type":"Error","sequence_id":3,"code":"UNPARSABLE_CLIENT_MESSAGE","description":"no such message"}',
      { type: 'error', code: 'UNPARSABLE_CLIENT_MESSAGE', message: 'no such message' },
    ],
    [turnInfo({ transcript: null }), { type: 'garbage' }],
    ['[]', { type: 'garbage' }],
    ['{', { type: 'garbage' }],
  ])('%s', (frame, message) => {
    expect(parseFlux(frame)).toEqual(message)
  })
})
