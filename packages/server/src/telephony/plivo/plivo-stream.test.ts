import { describe, expect, it } from 'vitest'
import { StreamProtocolError } from '../vendor.ts'
import { PlivoStream } from './plivo-stream.ts'

/** As Plivo's documentation prints them. */
const streamId = '87654321-4321-4321-4321-cba987654321'
const start = {
  event: 'start',
  sequenceNumber: 1,
  start: {
    callId: '12345678-1234-1234-1234-123456789abc',
    streamId,
    accountId: 'MAXXXXXXXXXXXXXXXXXX',
    tracks: ['inbound'],
    mediaFormat: { encoding: 'audio/x-mulaw', sampleRate: 8000 },
  },
  extra_headers: 'userId=12345',
}

describe('messages of a Plivo stream', () => {
  it.each<[string, object, unknown]>([
    ['start', start, { type: 'start', ids: { placed: null, live: start.start.callId }, isMulaw: true }],
    [
      'media',
      {
        event: 'media',
        streamId,
        media: { track: 'inbound', timestamp: '1748502460123', chunk: 2, payload: 'f39/' },
      },
      { type: 'media', audio: Buffer.from([127, 127, 127]), chunk: 2 },
    ],
    [
      'dtmf',
      { event: 'dtmf', streamId, dtmf: { track: 'inbound', digit: '*' } },
      { type: 'digit', digit: '*' },
    ],
    ['playedStream', { event: 'playedStream', streamId, name: 'm1' }, { type: 'mark', name: 'm1' }],
    ['clearedAudio', { event: 'clearedAudio', streamId }, null],
  ])('are read: %s', (_, message, expected) => {
    expect(new PlivoStream().read(JSON.stringify(message))).toEqual(expected)
  })

  it.each(['', 'no', '{"event":"playedStream"}'])('that are none are refused: %s', nonsense => {
    expect(() => new PlivoStream().read(nonsense)).toThrow(StreamProtocolError)
  })

  it('are written as the documentation asks', () => {
    const stream = new PlivoStream()
    stream.read(JSON.stringify(start))
    expect(JSON.parse(stream.media(new Uint8Array([127, 127, 127])))).toEqual({
      event: 'playAudio',
      media: { contentType: 'audio/x-mulaw', sampleRate: 8000, payload: 'f39/' },
    })
    expect(JSON.parse(stream.mark('m1'))).toEqual({ event: 'checkpoint', streamId, name: 'm1' })
    expect(JSON.parse(stream.clear())).toEqual({ event: 'clearAudio', streamId })
    expect(JSON.parse(stream.digit('5'))).toEqual({ event: 'sendDTMF', dtmf: '5' })
  })
})
