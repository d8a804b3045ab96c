import { once } from 'node:events'
import { WebSocket } from 'ws'

/** How one vendor words the messages of its media streams. Pure. */
export interface MediaDialect {
  /** What is said when the connection stands. */
  opening(): readonly string[]
  media(payload: string, at: { chunk: number; timestampMs: number }): string
  digit(digit: string): string
  /** Undefined where the vendor has no such message. */
  cleared?(): string
  closing?(): string
  mark(name: string): string
  read(text: string): ClientMessage
  /** Whether marks that were not reached are sent back when the audio is cleared. */
  readonly clearReturnsMarks: boolean
}

export type ClientMessage =
  | { type: 'media'; audio: Uint8Array }
  | { type: 'mark'; name: string }
  | { type: 'clear' }
  | { type: 'digits'; digits: string }
  /** Nothing that the vendor's documentation allows. */
  | { type: 'violation'; detail: string }

/** The callee's phone behind a vendor: hears what the vendor plays, and speaks. */
export interface CalleeLine {
  /** Everything heard since the audio was connected, silence included, 8 bytes a millisecond. */
  heard(): Uint8Array
  say(audio: Uint8Array): void
  press(digits: string): void
  hangUp(): Promise<void>
}

const FRAME_BYTES = 160
const FRAME_MS = 20
const SILENCE = 0xff
/** Between two keys. */
const keyMs = 120
const longestHeardBytes = 8 * 1000 * 600

type Waiting = { type: 'audio'; bytes: Uint8Array } | { type: 'mark'; name: string }

/** The vendor's end of a media connection, with its buffer of audio to be played in real time. */
export class MediaLine {
  readonly violations: string[] = []
  /** Digits asked for by messages of the stream. */
  digits = ''
  clears = 0
  /** Most audio that ever waited here, in milliseconds. */
  mostBufferedMs = 0
  /** Chunks are sent in pairs, the later first. */
  swapsChunks = false
  readonly closed: Promise<{ code: number }>
  readonly #socket: WebSocket
  readonly #dialect: MediaDialect
  readonly #startedAt = performance.now()
  readonly #heard: Uint8Array[] = []
  #waiting: Waiting[] = []
  #bufferedBytes = 0
  #said: Uint8Array[] = []
  #ticks = 0
  #timer: NodeJS.Timeout | undefined
  #swapped: string | undefined

  static async open(url: string, dialect: MediaDialect, headers: Record<string, string>): Promise<MediaLine> {
    const socket = new WebSocket(url, { perMessageDeflate: false, headers })
    await once(socket, 'open')
    return new MediaLine(socket, dialect)
  }

  constructor(socket: WebSocket, dialect: MediaDialect) {
    this.#socket = socket
    this.#dialect = dialect
    this.closed = new Promise(resolve => {
      socket.once('close', code => {
        clearTimeout(this.#timer)
        resolve({ code })
      })
    })
    socket.on('error', () => socket.terminate())
    socket.on('message', data => this.#receive((data as Buffer).toString()))
    for (const text of dialect.opening()) socket.send(text)
    this.#wait()
  }

  heard(): Uint8Array {
    return Buffer.concat(this.#heard)
  }

  say(audio: Uint8Array): void {
    for (let at = 0; at < audio.length; at += FRAME_BYTES) {
      const frame = new Uint8Array(FRAME_BYTES).fill(SILENCE)
      frame.set(audio.subarray(at, at + FRAME_BYTES))
      this.#said.push(frame)
    }
  }

  press(digits: string): void {
    Array.from(digits).forEach((digit, i) => {
      setTimeout(() => this.#send(this.#dialect.digit(digit)), i * keyMs)
    })
  }

  /** Something that the vendor would never say. */
  raw(text: string): void {
    this.#send(text)
  }

  /** As at the end of a call: says so where the vendor does, and closes. */
  end(): void {
    clearTimeout(this.#timer)
    if (this.#dialect.closing) this.#send(this.#dialect.closing())
    this.#socket.close(1000)
  }

  /** The network breaks: no goodbye. */
  cut(): void {
    clearTimeout(this.#timer)
    this.#socket.terminate()
  }

  #wait(): void {
    const due = this.#startedAt + (this.#ticks + 1) * FRAME_MS
    this.#timer = setTimeout(() => this.#tick(), Math.max(0, due - performance.now()))
  }

  #tick(): void {
    this.#ticks += 1
    const frame = this.#said.shift() ?? new Uint8Array(FRAME_BYTES).fill(SILENCE)
    const at = { chunk: this.#ticks, timestampMs: this.#ticks * FRAME_MS }
    this.#sendChunk(this.#dialect.media(Buffer.from(frame).toString('base64'), at))
    this.#play()
    this.#wait()
  }

  #sendChunk(text: string): void {
    if (!this.swapsChunks) return this.#send(text)
    if (this.#swapped === undefined) {
      this.#swapped = text
      return
    }
    this.#send(text)
    this.#send(this.#swapped)
    this.#swapped = undefined
  }

  /** Plays 20 ms: what has been sent, and silence where nothing has. */
  #play(): void {
    const frame = new Uint8Array(FRAME_BYTES).fill(SILENCE)
    let filled = 0
    for (let head = this.#waiting[0]; head; head = this.#waiting[0]) {
      if (head.type === 'mark') {
        this.#send(this.#dialect.mark(head.name))
        this.#waiting.shift()
        continue
      }
      if (filled === FRAME_BYTES) break
      const count = Math.min(FRAME_BYTES - filled, head.bytes.length)
      frame.set(head.bytes.subarray(0, count), filled)
      filled += count
      head.bytes = head.bytes.subarray(count)
      if (head.bytes.length === 0) this.#waiting.shift()
    }
    this.#bufferedBytes -= filled
    if (this.#heard.length * FRAME_BYTES < longestHeardBytes) this.#heard.push(frame)
  }

  #receive(text: string): void {
    const message = this.#dialect.read(text)
    switch (message.type) {
      case 'media':
        this.#waiting.push({ type: 'audio', bytes: message.audio })
        this.#bufferedBytes += message.audio.length
        this.#noteBuffered()
        return
      case 'mark':
        if (this.#waiting.length > 0) this.#waiting.push({ type: 'mark', name: message.name })
        else this.#send(this.#dialect.mark(message.name))
        return
      case 'clear':
        return this.#clear()
      case 'digits':
        this.digits += message.digits
        return
      case 'violation':
        this.violations.push(message.detail)
    }
  }

  /** What this process should have played by now, and has not for want of time, was not sent ahead. */
  #noteBuffered(): void {
    const behindMs = performance.now() - this.#startedAt - this.#ticks * FRAME_MS
    this.mostBufferedMs = Math.max(this.mostBufferedMs, this.#bufferedBytes / 8 - Math.max(0, behindMs))
  }

  #clear(): void {
    this.clears += 1
    const dropped = this.#waiting
    this.#waiting = []
    this.#bufferedBytes = 0
    if (this.#dialect.clearReturnsMarks)
      for (const one of dropped) if (one.type === 'mark') this.#send(this.#dialect.mark(one.name))
    if (this.#dialect.cleared) this.#send(this.#dialect.cleared())
  }

  #send(text: string): void {
    if (this.#socket.readyState === WebSocket.OPEN) this.#socket.send(text)
  }
}
