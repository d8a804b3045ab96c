/** The base values of every SIP timer (RFC 3261 §17.1.1.1, table 4), in milliseconds. */
export interface Timings {
  /** Estimated round trip: the first resend interval. Timers B, F, H, J, L and M are 64 times as long. */
  readonly t1Ms: number
  /** The longest resend interval of a non-INVITE request or an INVITE response. */
  readonly t2Ms: number
  /** The longest a message stays in the network. */
  readonly t4Ms: number
}

export const standardTimings: Timings = { t1Ms: 500, t2Ms: 4_000, t4Ms: 5_000 }

/** RFC 3261 §17.1.1.2: timer D is at least this long over UDP, whatever T1 is, unless T1 was scaled down. */
export const lingerMs = (timings: Timings): number => 64 * timings.t1Ms

/** What a machine must know about its surroundings. */
export interface TransactionSettings extends Timings {
  /** Over a reliable transport nothing is resent, and nothing is waited for to be absorbed. */
  readonly reliable: boolean
}
