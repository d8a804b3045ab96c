import { countOf, demandText, fieldOf, parseMessage, textOf } from '../json-fields.ts'
import type { StreamCodec, StreamMessage } from '../vendor.ts'

/**
 * Messages of a Plivo audio stream (plivo.com/docs/voice/audio-streaming): JSON, audio as base64 µ-law at
 * 8 kHz. Marks are called checkpoints, and there is no word for the end: the connection is closed.
 */
export class PlivoStream implements StreamCodec {
  #streamId = ''

  read(text: string): StreamMessage | null {
    const message = parseMessage(text)
    switch (fieldOf(message, 'event')) {
      case 'media':
        return readMedia(fieldOf(message, 'media'))
      case 'start':
        return this.#start(fieldOf(message, 'start'))
      case 'dtmf':
        return { type: 'digit', digit: demandText(fieldOf(message, 'dtmf'), 'digit') }
      case 'playedStream':
        return { type: 'mark', name: demandText(message, 'name') }
      default:
        return null
    }
  }

  media(audio: Uint8Array): string {
    const bytes = Buffer.from(audio.buffer, audio.byteOffset, audio.byteLength)
    return `${mediaHead}${bytes.toString('base64')}"}}`
  }

  mark(name: string): string {
    return JSON.stringify({ event: 'checkpoint', streamId: this.#streamId, name })
  }

  clear(): string {
    return JSON.stringify({ event: 'clearAudio', streamId: this.#streamId })
  }

  digit(digit: string): string {
    return JSON.stringify({ event: 'sendDTMF', dtmf: digit })
  }

  #start(start: unknown): StreamMessage {
    this.#streamId = demandText(start, 'streamId')
    const format = fieldOf(start, 'mediaFormat')
    const isMulaw = textOf(format, 'encoding') === 'audio/x-mulaw' && countOf(format, 'sampleRate') === 8000
    return { type: 'start', ids: { placed: null, live: demandText(start, 'callId') }, isMulaw }
  }
}

const mediaHead = '{"event":"playAudio","media":{"contentType":"audio/x-mulaw","sampleRate":8000,"payload":"'

function readMedia(media: unknown): StreamMessage | null {
  if (textOf(media, 'track') === 'outbound') return null
  const audio = Buffer.from(demandText(media, 'payload'), 'base64')
  return { type: 'media', audio, chunk: countOf(media, 'chunk') }
}
