import type { ClientMessage, MediaDialect } from '../phone/media-line.ts'

export interface TwilioStreamIds {
  readonly accountSid: string
  readonly callSid: string
  readonly streamSid: string
  readonly parameters: Readonly<Record<string, string>>
}

/** Twilio's media stream messages, as its documentation prints them. */
export function twilioMedia(ids: TwilioStreamIds): MediaDialect {
  const { accountSid, callSid, streamSid, parameters } = ids
  let sequence = 0
  const number = (): string => {
    sequence += 1
    return String(sequence)
  }
  const message = (event: string, rest: object): string =>
    JSON.stringify({ event, sequenceNumber: number(), ...rest, streamSid })
  return {
    clearReturnsMarks: true,
    opening: () => [
      JSON.stringify({ event: 'connected', protocol: 'Call', version: '1.0.0' }),
      message('start', {
        start: {
          streamSid,
          accountSid,
          callSid,
          tracks: ['inbound'],
          customParameters: parameters,
          mediaFormat: { encoding: 'audio/x-mulaw', sampleRate: 8000, channels: 1 },
        },
      }),
    ],
    media: (payload, { chunk, timestampMs }) =>
      message('media', {
        media: { track: 'inbound', chunk: String(chunk), timestamp: String(timestampMs), payload },
      }),
    digit: digit => message('dtmf', { dtmf: { track: 'inbound_track', digit } }),
    mark: name => message('mark', { mark: { name } }),
    closing: () => message('stop', { stop: { accountSid, callSid } }),
    read: text => readClientMessage(text, streamSid),
  }
}

interface FromClient {
  event?: string
  streamSid?: string
  media?: { payload?: string }
  mark?: { name?: string }
}

function readClientMessage(text: string, streamSid: string): ClientMessage {
  const message = JSON.parse(text) as FromClient
  if (message.streamSid !== streamSid) return { type: 'violation', detail: 'wrong streamSid' }
  if (message.event === 'media' && typeof message.media?.payload === 'string')
    return { type: 'media', audio: Buffer.from(message.media.payload, 'base64') }
  if (message.event === 'mark' && typeof message.mark?.name === 'string')
    return { type: 'mark', name: message.mark.name }
  if (message.event === 'clear') return { type: 'clear' }
  return { type: 'violation', detail: `unknown event ${message.event}` }
}
