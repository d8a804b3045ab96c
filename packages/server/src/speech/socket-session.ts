import type { ClientRequest, IncomingMessage } from 'node:http'
import { WebSocket, type RawData } from 'ws'
import { VoiceFault } from './port.ts'
import { faultKindOfStatus } from './voice-fault.ts'

export interface SocketOptions {
  readonly provider: string
  readonly url: URL
  readonly headers: Readonly<Record<string, string>>
  /** The key: struck out of every message, should the vendor echo it. */
  readonly secret: string
  onMessage(data: string): void
  /** The vendor sends its text in binary frames. */
  readonly textInBinary?: boolean
  /** Audio that comes in binary frames, from vendors that have such. Valid only during the call. */
  onBinary?(data: Uint8Array): void
  /** Told once, when the far end or the network ended the session. Not told after dispose. */
  onLost(fault: VoiceFault): void
  readonly deadlines?: Partial<SocketDeadlines>
}

/** Milliseconds. */
export interface SocketDeadlines {
  /** From the first packet to the end of the handshake. */
  readonly connectMs: number
  readonly pingMs: number
  /** Neither a message nor a pong for so long means that the connection is half-open. */
  readonly silentMs: number
}

/** A half-open connection is found within three seconds: silence, and at most one more look. */
const usualDeadlines: SocketDeadlines = { connectMs: 5_000, pingMs: 500, silentMs: 2_400 }

/** A minute of µ-law audio in base64: what the far end does not take by then it will never take. */
const MOST_BUFFERED_BYTES = 640_000
const LARGEST_MESSAGE_BYTES = 4 * 1024 * 1024
/** A far end that does not answer our close is left after this, so that hanging up stays quick. */
const CLOSE_PATIENCE_MS = 250

/** Connects to a vendor. Rejects with VoiceFault, within the connect deadline. */
export async function openSocket(options: SocketOptions, signal: AbortSignal): Promise<SocketSession> {
  const deadlines = { ...usualDeadlines, ...options.deadlines }
  if (signal.aborted) throw refusal(options, 'timeout', 'was given up before it was opened')
  const socket = new WebSocket(options.url, {
    headers: { ...options.headers },
    handshakeTimeout: deadlines.connectMs,
    perMessageDeflate: false,
    maxPayload: LARGEST_MESSAGE_BYTES,
  })
  return await new Promise<SocketSession>((resolve, reject) => {
    const giveUp = (kind: VoiceFault['kind'], detail: string) => {
      signal.removeEventListener('abort', abort)
      reject(refusal(options, kind, detail))
      socket.terminate()
    }
    const abort = () => giveUp('timeout', 'took too long to open')
    signal.addEventListener('abort', abort, { once: true })
    socket.once('open', () => {
      signal.removeEventListener('abort', abort)
      socket.removeAllListeners()
      // At once: the first message may stand in the same packet as the handshake.
      resolve(new SocketSession(socket, options, deadlines))
    })
    socket.once('unexpected-response', (request: ClientRequest, response: IncomingMessage) => {
      const status = response.statusCode ?? 0
      giveUp(faultKindOfStatus(status), `was refused with HTTP ${status}`)
      request.destroy()
    })
    // Stays attached: terminating a socket that is still connecting raises one more error.
    socket.on('error', error => giveUp(kindOfError(error), `failed: ${error.message}`))
  })
}

/** One live WebSocket to a vendor, watched for silence. What is sent after its end is dropped. */
export class SocketSession implements AsyncDisposable {
  readonly #socket: WebSocket
  readonly #options: SocketOptions
  readonly #deadlines: SocketDeadlines
  readonly #watch: NodeJS.Timeout
  #heardAt = performance.now()
  #over = false
  #lastError: Error | null = null

  constructor(socket: WebSocket, options: SocketOptions, deadlines: SocketDeadlines) {
    this.#socket = socket
    this.#options = options
    this.#deadlines = deadlines
    socket.on('message', (data, isBinary) => this.#received(data, isBinary))
    socket.on('pong', () => {
      this.#heardAt = performance.now()
    })
    socket.on('error', error => {
      this.#lastError = error
    })
    socket.on('close', (code, reason) => {
      const why = this.#lastError ? `: ${this.#lastError.message}` : ` (${code}${reasonText(reason)})`
      this.#lose(kindOfClose(code, reason), `was closed by the far end${why}`)
    })
    this.#watch = setInterval(() => this.#check(), deadlines.pingMs)
  }

  get over(): boolean {
    return this.#over
  }

  send(data: string | Uint8Array): void {
    if (this.#over || this.#socket.readyState !== WebSocket.OPEN) return
    if (this.#socket.bufferedAmount > MOST_BUFFERED_BYTES) {
      this.#lose('timeout', 'does not take what is sent')
    } else {
      this.#socket.send(data)
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#finish()
    if (this.#socket.readyState === WebSocket.CLOSED) return
    await new Promise<void>(resolve => {
      const timer = setTimeout(() => this.#socket.terminate(), CLOSE_PATIENCE_MS)
      this.#socket.once('close', () => {
        clearTimeout(timer)
        resolve()
      })
      this.#socket.close(1000)
    })
  }

  #received(data: RawData, isBinary: boolean): void {
    this.#heardAt = performance.now()
    if (this.#over) return
    if (!isBinary || this.#options.textInBinary === true) this.#options.onMessage(textOf(data))
    else this.#options.onBinary?.(bytesOf(data))
  }

  #check(): void {
    const silentMs = performance.now() - this.#heardAt
    if (silentMs > this.#deadlines.silentMs) {
      this.#lose('timeout', `gave no sign of life for ${Math.round(silentMs)} ms`)
    } else if (this.#socket.readyState === WebSocket.OPEN) {
      this.#socket.ping()
    }
  }

  #lose(kind: VoiceFault['kind'], detail: string): void {
    if (this.#over) return
    this.#finish()
    this.#socket.terminate()
    this.#options.onLost(refusal(this.#options, kind, detail))
  }

  #finish(): void {
    this.#over = true
    clearInterval(this.#watch)
  }
}

function refusal(options: SocketOptions, kind: VoiceFault['kind'], detail: string): VoiceFault {
  const safe = options.secret === '' ? detail : detail.replaceAll(options.secret, '***')
  return new VoiceFault(options.provider, kind, { message: `the connection to ${options.provider} ${safe}` })
}

function kindOfError(error: Error): VoiceFault['kind'] {
  return /timed? ?out|ETIMEDOUT/iu.test(error.message) ? 'timeout' : 'unreachable'
}

/** Vendors tell a refusal by RFC 6455 code 1008, or in words of their own. */
function kindOfClose(code: number, reason: Buffer): VoiceFault['kind'] {
  const text = reason.toString()
  if (/quota|credit|payment/iu.test(text)) return 'quota'
  if (/api.?key|unauthori[sz]ed|authentication/iu.test(text)) return 'unauthorized'
  if (/rate.?limit|concurren|too many/iu.test(text)) return 'rate_limited'
  return code === 1008 ? 'refused' : 'unreachable'
}

function reasonText(reason: Buffer): string {
  const text = reason.toString().slice(0, 120)
  return text === '' ? '' : ` ${text}`
}

function textOf(data: RawData): string {
  return bytesOf(data).toString()
}

function bytesOf(data: RawData): Buffer {
  if (Array.isArray(data)) return Buffer.concat(data)
  return Buffer.isBuffer(data) ? data : Buffer.from(data)
}
