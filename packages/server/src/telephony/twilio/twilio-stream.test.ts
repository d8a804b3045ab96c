import { describe, expect, it } from 'vitest'
import { StreamProtocolError } from '../vendor.ts'
import { TwilioStream } from './twilio-stream.ts'

/** As Twilio's documentation prints them. */
const start = {
  event: 'start',
  sequenceNumber: '1',
  start: {
    accountSid: 'ACXXXX',
    streamSid: 'MZXXXX',
    callSid: 'CAXXXX',
    tracks: ['inbound'],
    mediaFormat: { encoding: 'audio/x-mulaw', sampleRate: 8000, channels: 1 },
    customParameters: { FirstName: 'Jane' },
  },
  streamSid: 'MZXXXX',
}
const text = (message: object): string => JSON.stringify(message)

describe('messages of a Twilio stream', () => {
  it.each<[string, object, unknown]>([
    ['start', start, { type: 'start', ids: { placed: 'CAXXXX', live: 'CAXXXX' }, isMulaw: true }],
    ['connected', { event: 'connected', protocol: 'Call', version: '1.0.0' }, null],
    [
      'media',
      {
        event: 'media',
        sequenceNumber: '3',
        media: { track: 'inbound', chunk: '1', timestamp: '5', payload: 'f39/' },
      },
      { type: 'media', audio: Buffer.from([127, 127, 127]), chunk: 1 },
    ],
    ['our own audio', { event: 'media', media: { track: 'outbound', chunk: '1', payload: 'f39/' } }, null],
    ['dtmf', { event: 'dtmf', dtmf: { track: 'inbound_track', digit: '1' } }, { type: 'digit', digit: '1' }],
    ['mark', { event: 'mark', sequenceNumber: '4', mark: { name: 'm1' } }, { type: 'mark', name: 'm1' }],
    ['stop', { event: 'stop', stop: { accountSid: 'ACXXXX', callSid: 'CAXXXX' } }, { type: 'stop' }],
    ['something new', { event: 'weather' }, null],
  ])('are read: %s', (_, message, expected) => {
    expect(new TwilioStream().read(text(message))).toEqual(expected)
  })

  it('says when the audio is of another kind', () => {
    const format = { encoding: 'audio/l16', sampleRate: 8000, channels: 1 }
    const other = { ...start, start: { ...start.start, mediaFormat: format } }
    expect(new TwilioStream().read(text(other))).toMatchObject({ type: 'start', isMulaw: false })
  })

  it.each([
    '',
    '{',
    '7',
    'null',
    '{"event":"media"}',
    '{"event":"media","media":{"payload":7}}',
    '{"event":"start"}',
  ])('that are none are refused: %s', nonsense => {
    expect(() => new TwilioStream().read(nonsense)).toThrow(StreamProtocolError)
  })

  it('are written with the id of the stream', () => {
    const stream = new TwilioStream()
    stream.read(text(start))
    const audio = new Uint8Array([0, 127, 127, 127, 9]).subarray(1, 4)
    expect(JSON.parse(stream.media(audio))).toEqual({
      event: 'media',
      streamSid: 'MZXXXX',
      media: { payload: 'f39/' },
    })
    expect(JSON.parse(stream.mark('m"1'))).toEqual({
      event: 'mark',
      streamSid: 'MZXXXX',
      mark: { name: 'm"1' },
    })
    expect(JSON.parse(stream.clear())).toEqual({ event: 'clear', streamSid: 'MZXXXX' })
  })
})
