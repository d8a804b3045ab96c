import { Hearing, type HearingOptions } from '../hearing.ts'
import type { Line } from '../loopback.ts'
import type { HeardWord } from '../spoken-tones.ts'
import { newStreamId, readUsp, writeUsp } from './usp-message.ts'

const TICKS_PER_MS = 10_000
const HEADER_BYTES = 44
/** Pauses as long as this make what was said final. */
const FINAL_AFTER_MS = 700

/** The service's side of one recognition connection: a turn for each request, ended by an empty piece of audio. */
export class RecognitionSession {
  readonly #line: Line
  readonly #options: HearingOptions
  #turn: { readonly requestId: string; readonly hearing: Hearing; guessed: number } | null = null

  constructor(line: Line, options: HearingOptions) {
    this.#line = line
    this.#options = options
  }

  receive(frame: Buffer, isBinary: boolean): void {
    const message = readUsp(frame, isBinary)
    const requestId = message?.headers['x-requestid']
    if (message?.path !== 'audio')
      this.#line.log('in', message?.path ?? 'invalid', message?.body.toString() ?? null)
    if (!message || requestId === undefined) return this.#line.close(1007, 'Invalid message')
    if (message.path === 'audio') this.#audio(requestId, message.body)
  }

  #audio(requestId: string, audio: Buffer): void {
    if (this.#turn?.requestId !== requestId) {
      if (
        audio.toString('latin1', 0, 4) !== 'RIFF' ||
        audio.readUInt16LE(20) !== 7 ||
        audio.readUInt32LE(24) !== 8000
      ) {
        this.#line.log('in', 'invalid', 'no header of µ-law at 8 kHz')
        return this.#line.close(1007, 'Unsupported audio format')
      }
      this.#begin(requestId)
      if (audio.length === HEADER_BYTES) return
      audio = audio.subarray(HEADER_BYTES)
    }
    if (audio.length === 0) return this.#end()
    this.#turn?.hearing.write(audio)
    this.#guess()
  }

  #begin(requestId: string): void {
    const hearing = new Hearing(this.#options, FINAL_AFTER_MS, ({ type }) => {
      if (type === 'stopped') this.#settle()
    })
    this.#turn = { requestId, hearing, guessed: 0 }
    this.#tell('turn.start', { context: { serviceTag: newStreamId() } })
  }

  #guess(): void {
    const turn = this.#turn
    const words = turn?.hearing.guess() ?? []
    if (!turn || words.length <= turn.guessed) return
    turn.guessed = words.length
    this.#tell('speech.hypothesis', { Id: newStreamId(), Text: textOf(words), ...placeOf(words) })
  }

  #settle(): void {
    const words = this.#turn?.hearing.take() ?? []
    if (this.#turn) this.#turn.guessed = 0
    if (words.length === 0) return
    const Display = textOf(words)
    const Words = words.map(word => ({ Word: word.text, ...placeOf([word]) }))
    const best = { Confidence: 0.95, Lexical: Display, ITN: Display, MaskedITN: Display, Display, Words }
    const phrase = { Id: newStreamId(), RecognitionStatus: 'Success', DisplayText: Display, NBest: [best] }
    this.#tell('speech.phrase', { ...phrase, ...placeOf(words), Channel: 0 })
  }

  #end(): void {
    this.#settle()
    this.#tell('speech.endDetected', { Offset: (this.#turn?.hearing.positionMs ?? 0) * TICKS_PER_MS })
    this.#tell('turn.end', {})
    this.#turn = null
  }

  #tell(path: string, body: object): void {
    if (!this.#turn || !this.#line.open) return
    this.#line.log('out', path, body)
    this.#line.socket.send(writeUsp(path, this.#turn.requestId, body))
  }
}

function textOf(words: readonly HeardWord[]): string {
  return words.map(({ text }) => text).join(' ')
}

function placeOf(words: readonly HeardWord[]): { Offset: number; Duration: number } {
  const startMs = words[0]?.startMs ?? 0
  const endMs = words.at(-1)?.endMs ?? startMs
  return {
    Offset: Math.round(startMs * TICKS_PER_MS),
    Duration: Math.round((endMs - startMs) * TICKS_PER_MS),
  }
}
