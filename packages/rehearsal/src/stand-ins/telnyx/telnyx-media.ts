import type { ClientMessage, MediaDialect } from '../phone/media-line.ts'

export interface TelnyxStreamIds {
  readonly callControlId: string
  readonly streamId: string
  readonly from: string
  readonly to: string
}

/** Telnyx' media stream messages, as its documentation prints them. */
export function telnyxMedia({ callControlId, streamId, from, to }: TelnyxStreamIds): MediaDialect {
  let sequence = 0
  const message = (event: string, rest: object): string => {
    sequence += 1
    return JSON.stringify({ event, sequence_number: String(sequence), ...rest, stream_id: streamId })
  }
  return {
    clearReturnsMarks: true,
    opening: () => [
      JSON.stringify({ event: 'connected', version: '1.0.0' }),
      message('start', {
        start: {
          user_id: '3e6f995f-85f7-4705-9741-53b116d28237',
          call_control_id: callControlId,
          call_session_id: 'ff55a038-6f5d-11ef-9692-02420aeffb1f',
          from,
          to,
          media_format: { encoding: 'PCMU', sample_rate: 8000, channels: 1 },
        },
      }),
    ],
    media: (payload, { chunk, timestampMs }) =>
      message('media', {
        media: { track: 'inbound', chunk: String(chunk), timestamp: String(timestampMs), payload },
      }),
    digit: digit => message('dtmf', { occurred_at: new Date().toISOString(), dtmf: { digit } }),
    mark: name => message('mark', { mark: { name } }),
    closing: () => message('stop', { stop: { call_control_id: callControlId } }),
    read: readClientMessage,
  }
}

interface FromClient {
  event?: string
  media?: { payload?: string }
  mark?: { name?: string }
}

/** RTP payloads between 20 ms and 30 s are taken. */
const payloadBytes = { least: 160, most: 240_000 }

function readClientMessage(text: string): ClientMessage {
  const message = JSON.parse(text) as FromClient
  if (message.event === 'media' && typeof message.media?.payload === 'string') {
    const audio = Buffer.from(message.media.payload, 'base64')
    const fits = audio.length >= payloadBytes.least && audio.length <= payloadBytes.most
    return fits ? { type: 'media', audio } : { type: 'violation', detail: `${audio.length} bytes of RTP` }
  }
  if (message.event === 'mark' && typeof message.mark?.name === 'string')
    return { type: 'mark', name: message.mark.name }
  if (message.event === 'clear') return { type: 'clear' }
  return { type: 'violation', detail: `unknown event ${message.event}` }
}
