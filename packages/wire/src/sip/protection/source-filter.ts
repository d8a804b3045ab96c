import { BlockList, isIPv6 } from 'node:net'

/** Who may speak to us at all. What is not admitted is dropped unread and unanswered: an answer would amplify. */
export interface Protection {
  /** Addresses and networks (`192.0.2.0/24`) that may call; everybody when absent. */
  readonly allow?: readonly string[]
  /** Neighbours that come and go, as good as listed. Asked for each packet: it must be quick. */
  readonly knows?: (host: string) => boolean
  /** Packets a second that a stranger may send, after a burst of four times as many. Unlimited when absent. */
  readonly strangerPacketsPerSecond?: number
}

/** Past this many addresses the ones heard longest ago are forgotten. */
const maxRemembered = 20_000
const burstSeconds = 4

interface Bucket {
  left: number
  atMs: number
}

/**
 * The first look at a packet: its source and nothing else. Listed addresses are trusted; so are those that we called
 * ourselves, for their answers must come in whatever the list says.
 */
export class SourceFilter {
  readonly #allowed: BlockList | undefined
  readonly #knows: (host: string) => boolean
  readonly #perSecond: number
  readonly #called = new Map<string, true>()
  readonly #buckets = new Map<string, Bucket>()
  #dropped = 0

  /** Throws TypeError for a list that cannot be read. */
  constructor({ allow, knows = () => false, strangerPacketsPerSecond = Infinity }: Protection) {
    this.#knows = knows
    this.#allowed = allow && listOf(allow)
    this.#perSecond = strangerPacketsPerSecond
  }

  /** Packets that were not admitted so far. */
  get dropped(): number {
    return this.#dropped
  }

  admits(host: string, nowMs: number): boolean {
    const admitted = this.#trusts(host) || (!this.#allowed && this.#withinRate(host, nowMs))
    if (!admitted) this.#dropped += 1
    return admitted
  }

  /** We speak to it of our own accord. */
  called(host: string): void {
    this.#called.delete(host)
    this.#called.set(host, true)
    forgetFirst(this.#called)
  }

  #trusts(host: string): boolean {
    if (this.#called.has(host) || this.#knows(host)) return true
    return this.#allowed?.check(host, isIPv6(host) ? 'ipv6' : 'ipv4') ?? false
  }

  #withinRate(host: string, nowMs: number): boolean {
    if (this.#perSecond === Infinity) return true
    const full = this.#perSecond * burstSeconds
    const bucket = this.#buckets.get(host) ?? { left: full, atMs: nowMs }
    const refilled = ((nowMs - bucket.atMs) / 1_000) * this.#perSecond
    bucket.left = Math.min(full, bucket.left + refilled)
    bucket.atMs = nowMs
    this.#buckets.set(host, bucket)
    forgetFirst(this.#buckets)
    if (bucket.left < 1) return false
    bucket.left -= 1
    return true
  }
}

function forgetFirst(map: Map<string, unknown>): void {
  if (map.size <= maxRemembered) return
  for (const first of map.keys()) {
    map.delete(first)
    return
  }
}

function listOf(allow: readonly string[]): BlockList {
  const list = new BlockList()
  for (const entry of allow) {
    const [address = '', prefix] = entry.split('/')
    const family = isIPv6(address) ? 'ipv6' : 'ipv4'
    try {
      if (prefix === undefined) list.addAddress(address, family)
      else list.addSubnet(address, Number(prefix), family)
    } catch (cause) {
      throw new TypeError(`not an address or network: ${entry}`, { cause })
    }
  }
  return list
}
