import type { Line } from '../loopback.ts'
import { toneSpeech, toneWords } from '../tone-speech.ts'
import { readSpeechDocument } from './speech-document.ts'
import type { AzureVoicing } from './synthesis-request.ts'
import { newStreamId, readUsp, writeUsp, writeUspAudio } from './usp-message.ts'

const PIECE_BYTES = 800
/** The protocol's unit of time. */
const TICKS_PER_MS = 10_000

/** The service's side of one synthesis connection, as the vendor's SDK uses it: a turn for each document. */
export class SynthesisSession {
  readonly #line: Line
  readonly #voicing: AzureVoicing

  constructor(line: Line, voicing: AzureVoicing) {
    this.#line = line
    this.#voicing = voicing
  }

  receive(frame: Buffer, isBinary: boolean): void {
    const message = readUsp(frame, isBinary)
    const requestId = message?.headers['x-requestid']
    this.#line.log('in', message?.path ?? 'invalid', message?.body.toString().slice(0, 500) ?? null)
    if (!message || requestId === undefined) return this.#line.close(1007, 'Invalid message')
    if (message.path === 'ssml') this.#speak(requestId, message.body.toString())
  }

  #speak(requestId: string, document: string): void {
    const asked = readSpeechDocument(document)
    if ('fault' in asked) return this.#line.close(1007, asked.fault)
    if (!this.#voicing.voices.includes(asked.voice)) {
      return this.#line.close(1007, `Unsupported voice ${asked.voice}.`)
    }
    const streamId = newStreamId()
    this.#tell('turn.start', requestId, { context: { serviceTag: newStreamId() } })
    const audio = { type: 'inline', streamId }
    this.#tell('response', requestId, { context: { serviceTag: newStreamId() }, audio })
    this.#tell('audio.metadata', requestId, { Metadata: toneWords(asked.text).map(wordBoundary) })
    const speech = toneSpeech(asked.text)
    for (let at = 0; at < speech.length; at += PIECE_BYTES) {
      this.#line.socket.send(writeUspAudio(requestId, streamId, speech.subarray(at, at + PIECE_BYTES)))
    }
    this.#tell('turn.end', requestId, {})
  }

  #tell(path: string, requestId: string, body: object): void {
    this.#line.log('out', path, body)
    if (this.#line.open) this.#line.socket.send(writeUsp(path, requestId, body))
  }
}

function wordBoundary({ word, startMs, endMs }: ReturnType<typeof toneWords>[number]): object {
  const text = { Text: word, Length: word.length, BoundaryType: 'WordBoundary' }
  const [Offset, Duration] = [startMs * TICKS_PER_MS, (endMs - startMs) * TICKS_PER_MS]
  return { Type: 'WordBoundary', Data: { Offset, Duration, text } }
}
