import { once } from 'node:events'
import { connect, type Socket } from 'node:net'

const patienceMs = 5_000

/** A TCP client that says exactly what a test tells it to. */
export class StreamPeer implements Disposable {
  readonly port: number
  readonly #socket: Socket
  #text = ''

  static async connect(port: number): Promise<StreamPeer> {
    const socket = connect(port, '127.0.0.1')
    await once(socket, 'connect')
    return new StreamPeer(socket)
  }

  constructor(socket: Socket) {
    this.#socket = socket
    this.port = socket.localPort ?? 0
    socket.on('data', (bytes: Buffer) => (this.#text += bytes.toString()))
    socket.on('error', () => undefined)
  }

  get closed(): Promise<unknown> {
    return this.#socket.closed ? Promise.resolve() : once(this.#socket, 'close', this.#deadline())
  }

  say(text: string): void {
    this.#socket.write(text)
  }

  /** What came so far, once it fits. */
  async heard(pattern: RegExp): Promise<string> {
    while (!pattern.test(this.#text)) await once(this.#socket, 'data', this.#deadline())
    return this.#text
  }

  #deadline(): { signal: AbortSignal } {
    return { signal: AbortSignal.timeout(patienceMs) }
  }

  [Symbol.dispose](): void {
    this.#socket.destroy()
  }
}
