/** Where a message goes to or came from: a literal address, already resolved. */
export interface TransportAddress {
  readonly host: string
  readonly port: number
}

export type TransportProtocol = 'udp' | 'tcp' | 'tls'

export interface TransportReceiver {
  /** One whole message (or the rubbish that came instead of one). Must not throw. */
  message(bytes: Buffer, from: TransportAddress): void
  /** The socket is of no more use; not called for a single packet that could not be sent. */
  failed(error: Error): void
}

/** What the transaction layer needs from UDP, TCP or TLS. Closing twice is harmless. */
export interface SipTransport {
  readonly protocol: TransportProtocol
  /** True when the transport repeats lost bytes itself, so that transactions need not (RFC 3261 §17.1.1.1). */
  readonly reliable: boolean
  readonly host: string
  readonly port: number
  /** Rejects when the message could not be handed to the network. */
  send(message: Buffer, to: TransportAddress): Promise<void>
  close(): Promise<void>
}

export type OpenTransport = (
  local: TransportAddress,
  receiver: TransportReceiver,
  signal?: AbortSignal,
) => Promise<SipTransport>
