import { isIPv6 } from 'node:net'
import { networkInterfaces } from 'node:os'
import { isWildcard } from './ip-address.ts'
import type { Hop, TransportAddress } from './transport.ts'
import type { TransportSet } from './transport-set.ts'
import { bracketed } from './uri.ts'

/** What we call ourselves towards a neighbour: in Via, and in Contact. */
export function ownAddresses(
  transports: TransportSet,
  advertised: { readonly host: string | undefined; readonly udp: TransportAddress | undefined },
): { sentBy: (hop: Hop) => TransportAddress; contact: (hop: Hop, requestUri?: string) => string } {
  const ownHost = rememberReachable()
  const sentBy = (hop: Hop): TransportAddress => {
    if (hop.protocol === 'udp' && advertised.udp) return advertised.udp
    const { host = '', port = 0 } = transports.get(hop.protocol) ?? {}
    return {
      host: advertised.host ?? advertised.udp?.host ?? (isWildcard(host) ? ownHost(isIPv6(hop.host)) : host),
      port,
    }
  }
  const contact = (hop: Hop, requestUri = ''): string => {
    const { host, port } = sentBy(hop)
    const address = `${bracketed(host)}:${port}`
    if (/^sips:/i.test(requestUri)) return `sips:${address}`
    return hop.protocol === 'udp' ? `sip:${address}` : `sip:${address};transport=${hop.protocol}`
  }
  return { sentBy, contact }
}

/** Read once for each family: to ask for every message would cost more than parsing it. */
function rememberReachable(): (wantsIPv6: boolean) => string {
  const known = new Map<boolean, string>()
  return wantsIPv6 => {
    const address = known.get(wantsIPv6) ?? reachable(wantsIPv6)
    known.set(wantsIPv6, address)
    return address
  }
}

/** A socket bound to every address still has to name one of them; the first that is no loopback is the best guess. */
function reachable(wantsIPv6: boolean): string {
  const family = wantsIPv6 ? 'IPv6' : 'IPv4'
  const addresses = Object.values(networkInterfaces()).flatMap(list => list ?? [])
  return (
    addresses.find(one => one.family === family && !one.internal)?.address ??
    (wantsIPv6 ? '::1' : '127.0.0.1')
  )
}
