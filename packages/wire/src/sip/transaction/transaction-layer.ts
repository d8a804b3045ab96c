import { buildResponse } from '../build-response.ts'
import type { ReceivedRequest, ReceivedResponse, SipRequest } from '../message.ts'
import { parseMessage } from '../parse-message.ts'
import { serializeMessage } from '../serialize-message.ts'
import { refuseMalformed } from '../refuse-malformed.ts'
import { SipParseError } from '../sip-parse-error.ts'
import { newBranch, newTag } from '../tokens.ts'
import type { Hop, TransportAddress, TransportProtocol } from '../transport.ts'
import type { TransportSet } from '../transport-set.ts'
import { answerHop, formatVia, stampSource } from '../via.ts'
import { ClientTransaction, sameHop, type ClientHandlers } from './client-transaction.ts'
import { ServerTransaction } from './server-transaction.ts'
import type { Timings, TransactionSettings } from './timings.ts'
import { clientKey, mergeKey, responseKey, serverKey } from './transaction-key.ts'

/** One SIP message as it crossed the socket. Holds phone numbers: for the operator's eyes, never for the log. */
export interface TraceLine {
  /** Milliseconds since 1970. */
  readonly atMs: number
  readonly direction: 'sent' | 'received'
  readonly remote: TransportAddress
  readonly text: string
}

/** Who answers requests. Neither call may block; what they throw ends in `fault`. */
export interface TransactionUser {
  request(transaction: ServerTransaction): void
  /** The ACK of a 2xx, which belongs to no transaction. */
  ack(request: ReceivedRequest): void
  /** A 2xx to an INVITE that no transaction here has sent. */
  strayAnswer?(response: ReceivedResponse, from: Hop): void
  fault(error: unknown): void
  trace?(line: TraceLine): void
  /** A request of ours goes to this neighbour. */
  called?(hop: Hop): void
}

export interface LayerOptions {
  readonly transports: TransportSet
  readonly timings: Timings
  /** What Via says about us to this neighbour: the address under which its answers reach us. */
  readonly sentBy: (hop: Hop) => TransportAddress
  readonly user: TransactionUser
}

/** Each holds some KiB for 32 s; past this many a flood is answered without remembering it. */
const maxServerTransactions = 20_000

/** All transactions of one user agent: tells messages apart, and gives each machine its I/O (RFC 3261 §17). */
export class TransactionLayer {
  readonly timings: Timings
  readonly #options: LayerOptions
  readonly #clients = new Map<string, ClientTransaction>()
  readonly #servers = new Map<string, ServerTransaction>()
  readonly #merges = new Map<string, ServerTransaction>()

  constructor(options: LayerOptions) {
    this.timings = options.timings
    this.#options = options
  }

  /** Starts a client transaction for a request that has no Via yet. */
  request(request: SipRequest, destination: Hop, handlers: ClientHandlers): ClientTransaction {
    return this.#begin(this.#withVia(request, destination), destination, handlers)
  }

  /** RFC 3261 §9.1: CANCEL is a transaction of its own on the branch of the INVITE it cancels. */
  cancel(invite: ClientTransaction, handlers: ClientHandlers): void {
    this.#begin(sameHop(invite.request, 'CANCEL'), invite.destination, handlers)
  }

  /** Bytes of a request outside any transaction: the ACK of a 2xx, sent again for each copy of that 2xx. */
  prepare(request: SipRequest, destination: Hop): Buffer {
    return serializeMessage(this.#withVia(request, destination))
  }

  transmit(bytes: Buffer, to: Hop, failed?: () => void): void {
    this.#trace('sent', bytes, to)
    this.#options.transports.send(bytes, to).catch(() => failed?.())
  }

  /** What was asked over a connection that is gone, and got no sign of life yet, has failed (RFC 3261 §18.4). */
  disconnected(remote: Hop): void {
    const onIt = ({ destination: { host, port, protocol } }: ClientTransaction): boolean =>
      protocol === remote.protocol && host === remote.host && port === remote.port
    const lost = this.#clients.values().filter(onIt).toArray()
    for (const transaction of lost) transaction.lostConnection()
  }

  /** Takes whatever came out of the socket. Rubbish is dropped, or refused where that helps; nothing is thrown. */
  receive(bytes: Buffer, from: Hop): void {
    try {
      this.#trace('received', bytes, from)
      const message = parseMessage(bytes)
      if (message.kind === 'response') this.#receiveResponse(message, from)
      else this.#receiveRequest(stamped(message, from), from)
    } catch (error) {
      if (!(error instanceof SipParseError)) return this.#options.user.fault(error)
      const refusal = refuseMalformed(bytes, error, from)
      if (refusal)
        this.transmit(refusal.bytes, from.protocol === 'udp' ? { ...refusal.to, protocol: 'udp' } : from)
    }
  }

  /** Ends every transaction at once, silently. */
  dispose(): void {
    for (const transaction of [...this.#clients.values(), ...this.#servers.values()]) transaction.dispose()
  }

  #begin(request: SipRequest, destination: Hop, handlers: ClientHandlers): ClientTransaction {
    const branch = /;branch=([^;]+)/.exec(request.headers.get('Via') ?? '')?.[1] ?? ''
    const key = clientKey(branch, request.method)
    const transaction = new ClientTransaction({
      request,
      destination,
      settings: this.#settings(destination.protocol),
      handlers,
      transmit: (bytes, to, failed) => this.transmit(bytes, to, failed),
      terminated: () => this.#clients.delete(key),
    })
    this.#clients.set(key, transaction)
    this.#options.user.called?.(destination)
    transaction.begin()
    return transaction
  }

  #settings(protocol: TransportProtocol): TransactionSettings {
    return { ...this.timings, reliable: protocol !== 'udp' }
  }

  #withVia(request: SipRequest, hop: Hop): SipRequest {
    const parameters = new Map([
      ['rport', ''],
      ['branch', newBranch()],
    ])
    const { host, port } = this.#options.sentBy(hop)
    const via = formatVia({ protocol: hop.protocol.toUpperCase(), host, port, parameters })
    return { ...request, headers: request.headers.copy().prepend('Via', via) }
  }

  /** RFC 3261 §8.1.3.3: a response with more than our own Via was routed to us by mistake. */
  #receiveResponse(response: ReceivedResponse, from: Hop): void {
    if (response.headers.list('Via').length !== 1) return
    const transaction = this.#clients.get(responseKey(response))
    if (transaction) return transaction.receive(response)
    const { method, via } = response.envelope
    const { host, port } = this.#options.sentBy(from)
    const answersUs = via.host === host && via.port === port
    if (answersUs && method === 'INVITE' && response.status >= 200 && response.status < 300)
      this.#options.user.strayAnswer?.(response, from)
  }

  #receiveRequest(request: ReceivedRequest, source: Hop): void {
    const known = this.#servers.get(serverKey(request, request.method === 'ACK' ? 'INVITE' : request.method))
    if (request.method === 'ACK') return known ? known.receiveAck(request) : this.#options.user.ack(request)
    if (known) return known.receiveRepeat()
    if (this.#servers.size >= maxServerTransactions) return this.#refuseStatelessly(request, source)
    const merged = this.#merges.get(mergeKey(request) ?? '')
    const transaction = this.#serve(request, source)
    if (request.method === 'CANCEL') this.#cancelTarget(transaction)
    else if (merged) transaction.respond({ status: 482 })
    else this.#handOver(transaction)
  }

  /** Whatever the user stumbles over, the request is answered: one without an answer would be held for ever. */
  #handOver(transaction: ServerTransaction): void {
    try {
      this.#options.user.request(transaction)
    } catch (error) {
      const theirs = error instanceof SipParseError
      if (!theirs) this.#options.user.fault(error)
      transaction.respond({ status: theirs ? 400 : 500 })
    }
  }

  #serve(request: ReceivedRequest, source: Hop): ServerTransaction {
    const key = serverKey(request)
    const merge = mergeKey(request)
    const transaction = new ServerTransaction({
      request,
      source,
      settings: this.#settings(source.protocol),
      transmit: (bytes, to, failed) => this.transmit(bytes, to, failed),
      acknowledged: ack => this.#options.user.ack(ack),
      refused: () => forget(this.#merges, merge, transaction),
      terminated: () => {
        this.#servers.delete(key)
        forget(this.#merges, merge, transaction)
      },
    })
    this.#servers.set(key, transaction)
    if (merge !== undefined && !this.#merges.has(merge)) this.#merges.set(merge, transaction)
    transaction.begin()
    return transaction
  }

  #cancelTarget(cancel: ServerTransaction): void {
    const target = this.#servers.get(serverKey(cancel.request, 'INVITE'))
    cancel.respond({ status: target ? 200 : 481 })
    target?.receiveCancel()
  }

  #refuseStatelessly(request: ReceivedRequest, source: Hop): void {
    const response = buildResponse(request, newTag(), { status: 503, headers: [['Retry-After', '10']] })
    this.transmit(serializeMessage(response), answerHop(request.envelope.via, source))
  }

  #trace(direction: TraceLine['direction'], bytes: Buffer, remote: TransportAddress): void {
    this.#options.user.trace?.({ atMs: Date.now(), direction, remote, text: bytes.toString('utf8') })
  }
}

function forget<T>(map: Map<string, T>, key: string | undefined, value: T): void {
  if (key !== undefined && map.get(key) === value) map.delete(key)
}

function stamped(request: ReceivedRequest, from: TransportAddress): ReceivedRequest {
  const via = stampSource(request.envelope.via, from)
  const [, ...others] = request.headers.list('Via')
  const headers = request.headers.copy().set('Via', formatVia(via))
  for (const other of others) headers.append('Via', other)
  return { ...request, headers, envelope: { ...request.envelope, via } }
}
