import type { ClientMessage, MediaDialect } from '../phone/media-line.ts'

export interface PlivoStreamIds {
  readonly accountId: string
  readonly callId: string
  readonly streamId: string
}

/** Plivo's audio stream messages, as its documentation prints them. */
export function plivoMedia({ accountId, callId, streamId }: PlivoStreamIds): MediaDialect {
  let sequenceNumber = 0
  const message = (event: string, rest: object): string => {
    sequenceNumber += 1
    return JSON.stringify({ event, sequenceNumber, streamId, ...rest })
  }
  return {
    clearReturnsMarks: false,
    opening: () => [
      message('start', {
        start: {
          callId,
          streamId,
          accountId,
          tracks: ['inbound'],
          mediaFormat: { encoding: 'audio/x-mulaw', sampleRate: 8000 },
        },
      }),
    ],
    media: (payload, { chunk }) =>
      message('media', { media: { track: 'inbound', timestamp: String(Date.now()), chunk, payload } }),
    digit: digit => message('dtmf', { dtmf: { track: 'inbound', digit, timestamp: String(Date.now()) } }),
    mark: name => message('playedStream', { name }),
    cleared: () => message('clearedAudio', {}),
    read: text => readClientMessage(text, streamId),
  }
}

interface FromClient {
  event?: string
  streamId?: string
  name?: string
  dtmf?: string
  media?: { contentType?: string; sampleRate?: number; payload?: string }
}

function readClientMessage(text: string, streamId: string): ClientMessage {
  const message = JSON.parse(text) as FromClient
  const { event, media } = message
  if (event === 'playAudio' && typeof media?.payload === 'string') {
    if (media.contentType !== 'audio/x-mulaw' || media.sampleRate !== 8000)
      return { type: 'violation', detail: 'audio of another kind' }
    return { type: 'media', audio: Buffer.from(media.payload, 'base64') }
  }
  if (event === 'sendDTMF' && typeof message.dtmf === 'string')
    return { type: 'digits', digits: message.dtmf }
  if (message.streamId !== streamId) return { type: 'violation', detail: 'wrong streamId' }
  if (event === 'checkpoint' && typeof message.name === 'string') return { type: 'mark', name: message.name }
  if (event === 'clearAudio') return { type: 'clear' }
  return { type: 'violation', detail: `unknown event ${event}` }
}
