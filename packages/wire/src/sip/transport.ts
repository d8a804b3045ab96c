/** Where a message goes to or came from: a literal address, already resolved. */
export interface TransportAddress {
  readonly host: string
  readonly port: number
}

export type TransportProtocol = 'udp' | 'tcp' | 'tls'

export interface Neighbour extends TransportAddress {
  /** The name that its certificate must show, or has shown, where it was found by name (RFC 5922 §4). */
  readonly serverName?: string
}

/** One way to or from a neighbour: its address, and what carries the messages. Plain data. */
export interface Hop extends Neighbour {
  readonly protocol: TransportProtocol
  /** For an answer: where to connect when the connection that brought the request is gone (RFC 3261 §18.2.2). */
  readonly returnPort?: number
}

export interface TransportReceiver {
  /** One whole message (or the rubbish that came instead of one). Must not throw. */
  message(bytes: Buffer, from: Neighbour): void
  /** The socket is of no more use; not called for a single packet that could not be sent. */
  failed(error: Error): void
  /** A connection ended: what was asked over it and not answered yet may never be. */
  disconnected?(remote: Neighbour): void
}

/** What the transaction layer needs from UDP, TCP or TLS. Closing twice is harmless. */
export interface SipTransport {
  readonly protocol: TransportProtocol
  /** True when the transport repeats lost bytes itself, so that transactions need not (RFC 3261 §17.1.1.1). */
  readonly reliable: boolean
  readonly host: string
  readonly port: number
  /** Rejects when the message could not be handed to the network. */
  send(message: Buffer, to: Hop): Promise<void>
  close(): Promise<void>
}

export type OpenTransport = (
  local: TransportAddress,
  receiver: TransportReceiver,
  signal?: AbortSignal,
) => Promise<SipTransport>
