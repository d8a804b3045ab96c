import type { Socket } from 'node:net'
import type { Neighbour } from '../transport.ts'
import { MessageFramer, type Framed } from './message-framer.ts'

/** A message must be whole this long after its first byte, and a stranger must have sent one. */
export const partDeadlineMs = 30_000
/** RFC 5626 §4.4.1 pings within two minutes; routers forget silent connections sooner. */
const pingEveryMs = 30_000
/** Nobody says anything any more, not even a keep-alive. */
const idleMs = 3_600_000
/** What a peer that reads nothing may make us hold. */
const maxUnsentBytes = 1_048_576

const ping = Buffer.from('\r\n\r\n')
const pong = Buffer.from('\r\n')

export interface StreamLimits {
  readonly partDeadlineMs: number
  readonly pingEveryMs: number
}

export const standardLimits: StreamLimits = { partDeadlineMs, pingEveryMs }

export interface ConnectionWiring {
  readonly socket: Socket
  readonly remote: Neighbour
  /** We opened it: then we keep it alive. */
  readonly ours: boolean
  readonly limits: StreamLimits
  message(bytes: Buffer): void
  closed(): void
}

/** One TCP or TLS connection that is established: cuts messages out of it, and ends it when its peer misbehaves. */
export class StreamConnection {
  readonly remote: Neighbour
  readonly #wiring: ConnectionWiring
  readonly #framer = new MessageFramer()
  readonly #pinger: NodeJS.Timeout | undefined
  #partTimer: NodeJS.Timeout | undefined
  #pongsDue = 0
  #lineEnds = 0

  constructor(wiring: ConnectionWiring) {
    const { socket, ours, limits } = wiring
    this.remote = wiring.remote
    this.#wiring = wiring
    socket.setNoDelay(true)
    socket.setKeepAlive(true, 60_000)
    socket.setTimeout(idleMs, () => this.destroy())
    socket.on('data', chunk => this.#receive(chunk))
    // The close event follows and says all that matters.
    socket.on('error', () => undefined)
    socket.on('close', () => this.#closed())
    if (ours) this.#pinger = setInterval(() => this.#ping(), limits.pingEveryMs)
    else this.#awaitWhole()
  }

  send(message: Buffer): Promise<void> {
    const { socket } = this.#wiring
    if (socket.writableLength > maxUnsentBytes) this.destroy()
    return new Promise((resolve, reject) => {
      socket.write(message, error => (error ? reject(error) : resolve()))
    })
  }

  destroy(): void {
    this.#wiring.socket.destroy()
  }

  #receive(chunk: Buffer): void {
    const framed = this.#framer.push(chunk)
    for (const one of framed) this.#take(one)
    if (!this.#framer.hasPart) this.#stopAwaiting()
    else if (!this.#partTimer || framed.some(one => one.type === 'message')) this.#awaitWhole()
  }

  #take(framed: Framed): void {
    switch (framed.type) {
      case 'message':
        this.#lineEnds = 0
        return this.#wiring.message(framed.bytes)
      case 'line_end':
        return this.#lineEnd()
      case 'broken':
        return this.#breakOff(framed.bytes)
    }
  }

  /** What follows can not be told apart any more; the answer to what came still goes out first. */
  #breakOff(bytes: Buffer | undefined): void {
    const { socket } = this.#wiring
    socket.removeAllListeners('data')
    socket.resume()
    if (bytes) this.#wiring.message(bytes)
    setImmediate(() => socket.destroySoon())
  }

  /** One line end answers our ping, two are a ping of theirs. */
  #lineEnd(): void {
    if (this.#pongsDue > 0) {
      this.#pongsDue = 0
      return
    }
    this.#lineEnds += 1
    if (this.#lineEnds < 2) return
    this.#lineEnds = 0
    this.send(pong).catch(() => this.destroy())
  }

  /** Not every peer knows the keep-alive, so that a missing answer to it proves nothing. */
  #ping(): void {
    this.#pongsDue = 1
    this.send(ping).catch(() => this.destroy())
  }

  #awaitWhole(): void {
    this.#stopAwaiting()
    this.#partTimer = setTimeout(() => this.destroy(), this.#wiring.limits.partDeadlineMs)
  }

  #stopAwaiting(): void {
    clearTimeout(this.#partTimer)
    this.#partTimer = undefined
  }

  #closed(): void {
    this.#stopAwaiting()
    clearInterval(this.#pinger)
    this.#wiring.closed()
  }
}
