import { countOf, demandText, fieldOf, parseMessage, textOf } from '../json-fields.ts'
import type { StreamCodec, StreamMessage } from '../vendor.ts'

/**
 * Messages of a Telnyx media stream (developers.telnyx.com, "Media streaming over WebSockets") in `rtp` mode:
 * JSON, payloads as base64 without RTP headers. Their order is not promised; `chunk` tells it.
 */
export class TelnyxStream implements StreamCodec {
  read(text: string): StreamMessage | null {
    const message = parseMessage(text)
    switch (fieldOf(message, 'event')) {
      case 'media':
        return readMedia(fieldOf(message, 'media'))
      case 'start':
        return readStart(fieldOf(message, 'start'))
      case 'dtmf':
        return { type: 'digit', digit: demandText(fieldOf(message, 'dtmf'), 'digit') }
      case 'mark':
        return { type: 'mark', name: demandText(fieldOf(message, 'mark'), 'name') }
      case 'error':
        return { type: 'error', detail: textOf(fieldOf(message, 'payload'), 'title') ?? 'unknown' }
      case 'stop':
        return { type: 'stop' }
      default:
        return null
    }
  }

  media(audio: Uint8Array): string {
    const bytes = Buffer.from(audio.buffer, audio.byteOffset, audio.byteLength)
    return `{"event":"media","media":{"payload":"${bytes.toString('base64')}"}}`
  }

  mark(name: string): string {
    return JSON.stringify({ event: 'mark', mark: { name } })
  }

  clear(): string {
    return '{"event":"clear"}'
  }

  digit(): null {
    return null
  }
}

function readStart(start: unknown): StreamMessage {
  const id = demandText(start, 'call_control_id')
  const format = fieldOf(start, 'media_format')
  const encoding = textOf(format, 'encoding')?.toLowerCase()
  const isMulaw =
    (encoding === 'pcmu' || encoding === 'audio/x-mulaw') && countOf(format, 'sample_rate') === 8000
  return { type: 'start', ids: { placed: id, live: id }, isMulaw }
}

function readMedia(media: unknown): StreamMessage | null {
  if (textOf(media, 'track') === 'outbound') return null
  const audio = Buffer.from(demandText(media, 'payload'), 'base64')
  return { type: 'media', audio, chunk: countOf(media, 'chunk') }
}
