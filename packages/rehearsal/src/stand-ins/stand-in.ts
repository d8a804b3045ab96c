/**
 * A loopback server that speaks one provider's documented protocol, with faults that can be switched on while
 * it runs. Nothing in it is shared with the product: what it accepts is what the provider documents.
 */
export interface StandIn extends AsyncDisposable {
  /** `http:` or `ws:` address of the provider's API root, without a trailing slash. */
  readonly url: string
  /** All that clients asked for, oldest first. */
  readonly log: readonly LogEntry[]
  readonly faults: Faults
}

export interface LogEntry {
  readonly atMs: number
  /** Counts connections from 1. */
  readonly connection: number
  readonly direction: 'in' | 'out'
  /** Protocol name of the message, e.g. `response.create`; `connect` for the handshake, `close` for the end. */
  readonly type: string
  readonly body: unknown
}

export interface Faults {
  /** New connections and requests are answered with this HTTP status; null: accepted. */
  refuse(status: number | null): void
  /** Cuts every open connection without a goodbye. */
  drop(): void
  /** Keeps every open connection alive and never reads nor answers it again. */
  stall(): void
  /** Sends every open connection a message that means nothing. */
  garble(): void
  /** New connections and requests are taken and never answered, until it is switched off. */
  hush(on: boolean): void
}
