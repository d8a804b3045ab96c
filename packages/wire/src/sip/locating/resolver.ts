import { lookup, Resolver as NodeResolver } from 'node:dns/promises'
import { isWildcard } from '../ip-address.ts'
import { isIPv6 } from 'node:net'

/** RFC 3403. `replacement` is the name under which SRV records stand. */
export interface NaptrRecord {
  readonly flags: string
  readonly service: string
  readonly replacement: string
  readonly order: number
  readonly preference: number
}

/** RFC 2782. */
export interface SrvRecord {
  readonly name: string
  readonly port: number
  readonly priority: number
  readonly weight: number
}

/** What locating asks of the DNS. A name that is not there resolves to nothing; only trouble rejects. */
export interface Resolver {
  naptr(name: string, signal: AbortSignal): Promise<readonly NaptrRecord[]>
  srv(name: string, signal: AbortSignal): Promise<readonly SrvRecord[]>
  /** A and AAAA. */
  addresses(name: string, signal: AbortSignal): Promise<readonly string[]>
}

/** One query; a server that stays silent costs no more than twice this. */
const queryTimeoutMs = 1_500

/** The system's resolver, with its hosts file. Addresses of families that a socket on `host` cannot reach are left out. */
export function systemResolver(host: string): Resolver {
  const family = isWildcard(host) && isIPv6(host) ? 0 : isIPv6(host) ? 6 : 4
  return {
    naptr: (name, signal) => query(signal, resolver => resolver.resolveNaptr(name)),
    srv: (name, signal) => query(signal, resolver => resolver.resolveSrv(name)),
    addresses: async name => {
      const found = await lookup(name, { all: true, family }).catch(noneWhenAbsent)
      return found.map(one => one.address)
    },
  }
}

async function query<T>(signal: AbortSignal, ask: (resolver: NodeResolver) => Promise<T[]>): Promise<T[]> {
  signal.throwIfAborted()
  const resolver = new NodeResolver({ timeout: queryTimeoutMs, tries: 2 })
  const cancel = (): void => resolver.cancel()
  signal.addEventListener('abort', cancel, { once: true })
  try {
    return await ask(resolver).catch(noneWhenAbsent)
  } finally {
    signal.removeEventListener('abort', cancel)
  }
}

const absent = new Set(['ENODATA', 'ENOTFOUND'])

function noneWhenAbsent(error: NodeJS.ErrnoException): never[] {
  if (absent.has(error.code ?? '')) return []
  throw error
}
