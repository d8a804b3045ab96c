/**
 * Where a request for a URI goes: RFC 3263 §4. What comes out is a list, best first, of which the next is tried when
 * one is out of order. Names are looked up for each request, so that a carrier may move its addresses.
 */
import { isIP } from 'node:net'
import type { Hop, TransportProtocol } from '../transport.ts'
import { orAborted } from '../or-aborted.ts'
import { parseSipUri, type SipUri } from '../uri.ts'
import { orderNaptr, orderSrv, srvPrefixes } from './order-records.ts'
import type { Resolver } from './resolver.ts'

const locateDeadlineMs = 8_000

/** More than this many targets are never tried: each costs the callee's patience. */
const maxHops = 8

export interface LocateDeps {
  readonly resolver: Resolver
  /** Those that have a socket here. */
  readonly protocols: ReadonlySet<TransportProtocol>
  /** From 0 up to 1. */
  readonly random: () => number
}

/** Rejects when nothing can be found; otherwise there is one hop at least. */
export async function locate(uri: string, deps: LocateDeps, signal?: AbortSignal): Promise<readonly Hop[]> {
  const search = new Search(parseSipUri(uri), deps)
  const literal = search.literal()
  if (literal) return [literal]
  const deadline = AbortSignal.timeout(locateDeadlineMs)
  const waiting = signal ? AbortSignal.any([signal, deadline]) : deadline
  const hops = await orAborted(search.run(waiting), waiting)
  if (hops.length === 0) throw new Error('no address found for a SIP URI')
  return hops.slice(0, maxHops)
}

interface Site {
  readonly protocol: TransportProtocol
  readonly host: string
  readonly port: number
}

class Search {
  readonly #uri: SipUri
  readonly #target: string
  readonly #deps: LocateDeps
  readonly #asked: TransportProtocol | undefined

  constructor(uri: SipUri, deps: LocateDeps) {
    this.#uri = uri
    this.#target = uri.parameters.get('maddr') ?? uri.host
    this.#deps = deps
    const asked = askedProtocol(uri)
    this.#asked = asked
    if (asked !== undefined && !deps.protocols.has(asked)) {
      throw new Error(`a SIP URI asks for ${asked}, for which no transport is open`)
    }
  }

  /** An address needs no DNS: most requests inside a call go to one. */
  literal(): Hop | undefined {
    return isIP(this.#target) === 0 ? undefined : this.#hop(this.#ownSite(), this.#target)
  }

  async run(signal: AbortSignal): Promise<Hop[]> {
    if (this.#uri.port !== undefined) return await this.#addressesOf(this.#ownSite(), signal)
    const sites = await this.#sites(signal)
    if (sites.length === 0) return await this.#addressesOf(this.#ownSite(), signal)
    const found = await Promise.all(
      sites.slice(0, maxHops).map(site => this.#addressesOf(site, signal).catch(() => [])),
    )
    return found.flat()
  }

  #anyProtocol(): TransportProtocol {
    const [first = 'udp'] = srvPrefixes
      .map(([protocol]) => protocol)
      .filter(one => this.#deps.protocols.has(one))
    return first
  }

  #ownSite(): Site {
    const protocol = this.#asked ?? this.#anyProtocol()
    return { protocol, host: this.#target, port: this.#uri.port ?? (protocol === 'tls' ? 5061 : 5060) }
  }

  /** A DNS that is in trouble is no reason not to try the host's own address. */
  async #sites(signal: AbortSignal): Promise<Site[]> {
    const speaks = (protocol: TransportProtocol): boolean =>
      this.#deps.protocols.has(protocol) && (this.#asked === undefined || this.#asked === protocol)
    const naptr = await this.#deps.resolver.naptr(this.#target, signal).catch(() => [])
    const pointed = orderNaptr(naptr, speaks)
    const names =
      pointed.length > 0
        ? pointed
        : srvPrefixes
            .filter(([protocol]) => speaks(protocol))
            .map(([protocol, prefix]) => ({ protocol, name: `${prefix}.${this.#target}` }))
    const groups = await Promise.all(names.map(({ protocol, name }) => this.#srv(protocol, name, signal)))
    return groups.flat()
  }

  async #srv(protocol: TransportProtocol, name: string, signal: AbortSignal): Promise<Site[]> {
    const records = await this.#deps.resolver.srv(name, signal).catch(() => [])
    // RFC 2782: a single target "." says that there is no such service.
    return orderSrv(records, this.#deps.random)
      .filter(one => one.name !== '' && one.name !== '.')
      .map(one => ({ protocol, host: one.name, port: one.port }))
  }

  async #addressesOf(site: Site, signal: AbortSignal): Promise<Hop[]> {
    const addresses = await this.#deps.resolver.addresses(site.host, signal)
    return addresses.map(address => this.#hop(site, address))
  }

  #hop({ protocol, port }: Site, host: string): Hop {
    // RFC 5922 §4: the certificate must show the name that the URI has, not the one to which the DNS led.
    const named = protocol === 'tls' && !isIP(this.#uri.host) ? { serverName: this.#uri.host } : {}
    return { protocol, host, port, ...named }
  }
}

/** RFC 3261 §26.2.2: `sips:` is TLS; `transport=tls`, though deprecated, is what carriers write. */
function askedProtocol({ scheme, parameters }: SipUri): TransportProtocol | undefined {
  const named = parameters.get('transport')?.toLowerCase()
  if (scheme === 'sips') return 'tls'
  if (named === undefined || named === '') return undefined
  if (named === 'udp' || named === 'tcp' || named === 'tls') return named
  throw new Error('a SIP URI asks for a transport that is unknown here')
}
