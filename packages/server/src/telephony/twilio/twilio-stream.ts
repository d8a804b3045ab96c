import { countOf, demandText, fieldOf, parseMessage, textOf } from '../json-fields.ts'
import type { StreamCodec, StreamMessage } from '../vendor.ts'

/**
 * Messages of a Twilio media stream (twilio.com/docs/voice/media-streams/websocket-messages): JSON, audio as
 * base64 µ-law at 8 kHz. Whatever we send must name the stream, whose id comes with `start`.
 */
export class TwilioStream implements StreamCodec {
  #sid = ''
  #mediaHead = ''

  read(text: string): StreamMessage | null {
    const message = parseMessage(text)
    switch (fieldOf(message, 'event')) {
      case 'media':
        return readMedia(fieldOf(message, 'media'))
      case 'start':
        return this.#start(fieldOf(message, 'start'))
      case 'dtmf':
        return { type: 'digit', digit: demandText(fieldOf(message, 'dtmf'), 'digit') }
      case 'mark':
        return { type: 'mark', name: demandText(fieldOf(message, 'mark'), 'name') }
      case 'stop':
        return { type: 'stop' }
      default:
        return null
    }
  }

  media(audio: Uint8Array): string {
    const bytes = Buffer.from(audio.buffer, audio.byteOffset, audio.byteLength)
    return `${this.#mediaHead}${bytes.toString('base64')}"}}`
  }

  mark(name: string): string {
    return JSON.stringify({ event: 'mark', streamSid: this.#sid, mark: { name } })
  }

  clear(): string {
    return JSON.stringify({ event: 'clear', streamSid: this.#sid })
  }

  digit(): null {
    return null
  }

  #start(start: unknown): StreamMessage {
    this.#sid = demandText(start, 'streamSid')
    this.#mediaHead = `{"event":"media","streamSid":${JSON.stringify(this.#sid)},"media":{"payload":"`
    const callSid = demandText(start, 'callSid')
    const format = fieldOf(start, 'mediaFormat')
    const isMulaw = textOf(format, 'encoding') === 'audio/x-mulaw' && countOf(format, 'sampleRate') === 8000
    return { type: 'start', ids: { placed: callSid, live: callSid }, isMulaw }
  }
}

function readMedia(media: unknown): StreamMessage | null {
  if (textOf(media, 'track') === 'outbound') return null
  const audio = Buffer.from(demandText(media, 'payload'), 'base64')
  return { type: 'media', audio, chunk: countOf(media, 'chunk') }
}
