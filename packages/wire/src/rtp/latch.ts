/**
 * Symmetric RTP (RFC 4961, and RFC 7362 for the danger): behind a NAT the far end's packets come from
 * another address than its SDP says. The signalled source is always believed; before it has spoken, the
 * first one that sends is. Everybody else, while that one is heard, is a stranger: heard by nobody, only counted.
 */
export interface Source {
  host: string
  port: number
}

export class SourceLatch {
  #signalled: Source
  #latched: Source | undefined
  #isOpen = false

  constructor(signalled: Source) {
    this.#signalled = signalled
  }

  /** Where to send: the source we hear, or the signalled one until then. */
  get destination(): Source {
    return this.#latched ?? this.#signalled
  }

  get isLatched(): boolean {
    return this.#latched !== undefined
  }

  /** A new description: an unchanged address keeps the latch, a changed one starts over. */
  signal(source: Source): void {
    if (matches(source, this.#signalled)) return
    this.#signalled = source
    this.#latched = undefined
  }

  /**
   * The latched source has long been silent: the next one that speaks is believed. Heals a NAT that changed
   * its mind, and a latch on a straggler of an earlier call; nobody can take over a stream that flows.
   */
  reopen(): void {
    this.#isOpen = true
  }

  /** Whether a packet from there belongs to the call; the caller has made sure that it is RTP of this call's codec. */
  admits(host: string, port: number): boolean {
    const latched = this.#latched
    if (latched && latched.port === port && latched.host === host) {
      this.#isOpen = false
      return true
    }
    const isSignalled = this.#signalled.port === port && this.#signalled.host === host
    if (latched && !isSignalled && !this.#isOpen) return false
    this.#latched = { host, port }
    this.#isOpen = false
    return true
  }
}

function matches(a: Source, b: Source): boolean {
  return a.host === b.host && a.port === b.port
}
