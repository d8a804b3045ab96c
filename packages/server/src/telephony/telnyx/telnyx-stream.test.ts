import { describe, expect, it } from 'vitest'
import { StreamProtocolError } from '../vendor.ts'
import { TelnyxStream } from './telnyx-stream.ts'

/** As Telnyx' documentation prints them. */
const start = {
  event: 'start',
  sequence_number: '1',
  stream_id: '32DE0DEA-53CB-4B21-89A4-9E1819C043BC',
  start: {
    user_id: '3E6F995F-85F7-4705-9741-53B116D28237',
    call_control_id: 'v2:T02llQxIyaRkhfRKxgAP8nY511EhFLizdvdUKJiSw8d6A9BborherQ',
    media_format: { encoding: 'PCMU', sample_rate: 8000, channels: 1 },
  },
}
const id = start.start.call_control_id

describe('messages of a Telnyx stream', () => {
  it.each<[string, object, unknown]>([
    ['start', start, { type: 'start', ids: { placed: id, live: id }, isMulaw: true }],
    ['connected', { event: 'connected', version: '1.0.0' }, null],
    [
      'media',
      {
        event: 'media',
        sequence_number: '4',
        media: { track: 'inbound', chunk: '2', timestamp: '5', payload: 'f39/' },
      },
      { type: 'media', audio: Buffer.from([127, 127, 127]), chunk: 2 },
    ],
    ['dtmf', { event: 'dtmf', sequence_number: '5', dtmf: { digit: '#' } }, { type: 'digit', digit: '#' }],
    ['mark', { event: 'mark', mark: { name: 'm1' } }, { type: 'mark', name: 'm1' }],
    ['stop', { event: 'stop', stop: { call_control_id: id } }, { type: 'stop' }],
    [
      'error',
      { event: 'error', payload: { code: 100002, title: 'unknown_error', detail: 'Unknown error' } },
      { type: 'error', detail: 'unknown_error' },
    ],
  ])('are read: %s', (_, message, expected) => {
    expect(new TelnyxStream().read(JSON.stringify(message))).toEqual(expected)
  })

  it.each(['', '[1', '"text"', '{"event":"mark","mark":{}}'])('that are none are refused: %s', nonsense => {
    expect(() => new TelnyxStream().read(nonsense)).toThrow(StreamProtocolError)
  })

  it('are written as the bidirectional mode asks', () => {
    const stream = new TelnyxStream()
    expect(JSON.parse(stream.media(new Uint8Array([127, 127, 127])))).toEqual({
      event: 'media',
      media: { payload: 'f39/' },
    })
    expect(JSON.parse(stream.mark('m1'))).toEqual({ event: 'mark', mark: { name: 'm1' } })
    expect(JSON.parse(stream.clear())).toEqual({ event: 'clear' })
  })
})
