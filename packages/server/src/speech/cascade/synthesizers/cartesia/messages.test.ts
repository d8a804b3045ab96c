import { describe, expect, test } from 'vitest'
import { cancelContext, parseCartesia, speakPiece } from './messages.ts'

describe('Cartesia messages', () => {
  test('a piece to be spoken, and the end', () => {
    const context = { contextId: 'c1', model: 'sonic-3', voice: 'v1', language: 'es' }
    expect(JSON.parse(speakPiece(context, { text: 'Hola. ', last: false }))).toEqual({
      context_id: 'c1',
      model_id: 'sonic-3',
      transcript: 'Hola. ',
      voice: { mode: 'id', id: 'v1' },
      language: 'es',
      output_format: { container: 'raw', encoding: 'pcm_mulaw', sample_rate: 8000 },
      add_timestamps: true,
      max_buffer_delay_ms: 0,
      continue: true,
    })
    expect(JSON.parse(speakPiece(context, { text: '', last: true }))).toMatchObject({
      transcript: '',
      continue: false,
    })
    expect(JSON.parse(cancelContext('c1'))).toEqual({ context_id: 'c1', cancel: true })
  })

  test('audio', () => {
    const frame =
      '{"type":"chunk","data":"//8=","done":false,"status_code":206,"step_time":123.4,"context_id":"c1","flush_id":1}'
    expect(parseCartesia(frame)).toEqual({ type: 'audio', contextId: 'c1', audio: Buffer.from([255, 255]) })
  })

  test('words with their times', () => {
    const frame =
      '{"type":"timestamps","done":false,"status_code":206,"context_id":"c1","word_timestamps":{"words":["Hello","world"],"start":[0,0.5],"end":[0.4,0.9]}}'
    expect(parseCartesia(frame)).toEqual({
      type: 'words',
      contextId: 'c1',
      words: [
        { word: 'Hello', startMs: 0, endMs: 400 },
        { word: 'world', startMs: 500, endMs: 900 },
      ],
    })
  })

  test('the end, and what is of no use', () => {
    expect(parseCartesia('{"type":"done","done":true,"status_code":206,"context_id":"c1"}')).toEqual({
      type: 'done',
      contextId: 'c1',
    })
    expect(parseCartesia('{"type":"flush_done","flush_id":1,"context_id":"c1"}').type).toBe('other')
  })

  test.each([
    [401, 'unauthenticated', 'unauthorized'],
    [402, 'quota_exceeded', 'quota'],
    [429, 'concurrency_limited', 'rate_limited'],
    [400, 'model_not_found', 'refused'],
    [500, 'internal', 'unreachable'],
  ])('error %i %s is %s', (status, code, kind) => {
    const message = {
      type: 'error',
      done: true,
      title: 'No',
      message: 'No.',
      error_code: code,
      status_code: status,
    }
    expect(parseCartesia(JSON.stringify(message))).toMatchObject({ contextId: null, fault: { kind } })
    expect(parseCartesia(JSON.stringify({ ...message, context_id: 'c1' }))).toMatchObject({ contextId: 'c1' })
  })

  test.each(['', '{}', '[1]', '{"type":"chunk"}', '{"type":"chunk","context_id":"c1"}', '{"type":5'])(
    'garbage: %s',
    frame => {
      expect(parseCartesia(frame).type).toBe('garbage')
    },
  )
})
