import type { Hop, SipTransport, TransportProtocol } from './transport.ts'

/** The sockets of one user agent, at most one for each protocol. */
export class TransportSet {
  readonly #byProtocol: ReadonlyMap<TransportProtocol, SipTransport>

  constructor(transports: readonly SipTransport[]) {
    this.#byProtocol = new Map(transports.map(one => [one.protocol, one]))
  }

  get protocols(): ReadonlySet<TransportProtocol> {
    return new Set(this.#byProtocol.keys())
  }

  get(protocol: TransportProtocol): SipTransport | undefined {
    return this.#byProtocol.get(protocol)
  }

  async send(message: Buffer, to: Hop): Promise<void> {
    const transport = this.#byProtocol.get(to.protocol)
    if (!transport) throw new Error(`no SIP transport over ${to.protocol} is open`)
    await transport.send(message, to)
  }

  async close(): Promise<void> {
    await Promise.all([...this.#byProtocol.values()].map(one => one.close()))
  }
}
