import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { buildResponse, type Answer } from '../src/sip/build-response.ts'
import { SipHeaders } from '../src/sip/headers.ts'
import {
  noBody,
  type ReceivedMessage,
  type ReceivedRequest,
  type ReceivedResponse,
} from '../src/sip/message.ts'
import { parseMessage } from '../src/sip/parse-message.ts'
import { serializeMessage } from '../src/sip/serialize-message.ts'
import { SipParseError } from '../src/sip/sip-parse-error.ts'
import { newBranch } from '../src/sip/tokens.ts'

const patienceMs = 5_000

/** A socket that says exactly what a test tells it to: no transactions, no repetition, no manners. */
export class ScriptedPeer implements AsyncDisposable {
  readonly port: number
  /** Everything that came, in order. */
  readonly received: ReceivedMessage[] = []
  readonly #socket: Socket
  readonly #arrived = new EventTarget()
  readonly #taken = new Set<string>()
  #text = ''
  #read = 0
  #remotePort = 0
  #farewell = false

  static async open(): Promise<ScriptedPeer> {
    const socket = createSocket('udp4')
    socket.bind(0, '127.0.0.1')
    await once(socket, 'listening')
    return new ScriptedPeer(socket)
  }

  constructor(socket: Socket) {
    this.#socket = socket
    this.port = socket.address().port
    socket.on('message', (bytes, from) => {
      this.#remotePort = from.port
      this.#text = bytes.toString()
      this.#arrived.dispatchEvent(new Event('bytes'))
      const message = parseMessageOrNothing(bytes)
      if (!message) return
      this.received.push(message)
      if (this.#farewell && message.kind === 'request' && message.method !== 'ACK')
        this.reply(message, { status: 200 })
      this.#arrived.dispatchEvent(new Event('message'))
    })
  }

  /** The next message that is this request; other messages are passed over, and copies of what was taken before. */
  async request(method: string): Promise<ReceivedRequest> {
    const fits = (one: ReceivedMessage): boolean => one.kind === 'request' && one.method === method
    return (await this.#take(fits)) as ReceivedRequest
  }

  /** The next message that is this response, likewise. */
  async response(status: number, method?: string): Promise<ReceivedResponse> {
    const fits = (one: ReceivedMessage): boolean =>
      one.kind === 'response' &&
      one.status === status &&
      (method ?? one.envelope.method) === one.envelope.method
    return (await this.#take(fits)) as ReceivedResponse
  }

  /** The next copy of a message. */
  copyOf(message: ReceivedMessage): Promise<ReceivedMessage> {
    return this.#next(one => identityOf(one) === identityOf(message))
  }

  /** What comes next, whether it can be parsed or not. */
  async text(): Promise<string> {
    await once(this.#arrived, 'bytes', { signal: AbortSignal.timeout(patienceMs) })
    return this.#text
  }

  /** How many different requests of this method came. */
  count(method: string): number {
    return new Set(this.#requests(method).map(identityOf)).size
  }

  /** Copies are counted too. */
  countPackets(method: string): number {
    return this.#requests(method).length
  }

  reply(request: ReceivedRequest, answer: Answer & { tag?: string; sdp?: string }): void {
    const { tag = 'peer', sdp, headers = [], ...rest } = answer
    const own: [string, string][] = [['Contact', `<sip:peer@127.0.0.1:${this.port}>`]]
    const given = headers.some(([name]) => name === 'Contact') ? [] : own
    const body = sdp === undefined ? noBody : Buffer.from(sdp)
    const type: [string, string][] = sdp === undefined ? [] : [['Content-Type', 'application/sdp']]
    this.raw(
      serializeMessage(
        buildResponse(request, tag, { ...rest, headers: [...given, ...headers, ...type], body }),
      ),
    )
  }

  /** Sends a request; the fields given replace the usual ones, an empty one leaves it out. */
  ask(method: string, fields: Record<string, string>, body = ''): void {
    const headers = new SipHeaders([
      ['Via', `SIP/2.0/UDP 127.0.0.1:${this.port};rport;branch=${newBranch()}`],
      ['From', '<sip:peer@127.0.0.1>;tag=peer'],
      ['To', '<sip:agent@127.0.0.1>'],
      ['Call-ID', 'scripted'],
      ['CSeq', `1 ${method}`],
      ['Contact', `<sip:peer@127.0.0.1:${this.port}>`],
    ])
    const { uri = `sip:agent@127.0.0.1:${this.#remotePort}`, ...rest } = fields
    for (const [name, value] of Object.entries(rest)) headers.set(name, value)
    if (body !== '' && !('Content-Type' in rest)) headers.set('Content-Type', 'application/sdp')
    this.raw(serializeMessage({ kind: 'request', method, uri, headers, body: Buffer.from(body) }))
  }

  /** From now on whatever is asked is answered 200, so that agents may close without waiting. */
  farewell(): void {
    this.#farewell = true
  }

  /** Names whom to speak to, when nobody has spoken to us yet. */
  towards(port: number): this {
    this.#remotePort = port
    return this
  }

  raw(bytes: Buffer | string): void {
    this.#socket.send(bytes, this.#remotePort, '127.0.0.1')
  }

  #requests(method: string): ReceivedMessage[] {
    return this.received.filter(one => one.kind === 'request' && one.method === method)
  }

  /** On a busy machine an agent repeats what a test has not answered yet: that is nothing new. */
  async #take(fits: (one: ReceivedMessage) => boolean): Promise<ReceivedMessage> {
    const one = await this.#next(candidate => fits(candidate) && !this.#taken.has(identityOf(candidate)))
    this.#taken.add(identityOf(one))
    return one
  }

  async #next(fits: (one: ReceivedMessage) => boolean): Promise<ReceivedMessage> {
    const deadline = AbortSignal.timeout(patienceMs)
    for (;;) {
      while (this.#read < this.received.length) {
        const one = this.received[this.#read]
        this.#read += 1
        if (one && fits(one)) return one
      }
      await once(this.#arrived, 'message', { signal: deadline })
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#socket.close()
    await once(this.#socket, 'close')
  }
}

/** Copies share their branch (RFC 3261 §17.2.3); so do an INVITE's CANCEL and answers. */
function identityOf(message: ReceivedMessage): string {
  const { via, method } = message.envelope
  const kind = message.kind === 'request' ? 'request' : message.status
  return `${kind} ${method} ${via.parameters.get('branch')}`
}

/** An answer to a malformed request mirrors its faults. */
function parseMessageOrNothing(bytes: Buffer): ReceivedMessage | undefined {
  try {
    return parseMessage(bytes)
  } catch (error) {
    if (error instanceof SipParseError) return undefined
    throw error
  }
}
