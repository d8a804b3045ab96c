import type { TransportProtocol } from '../transport.ts'
import type { NaptrRecord, SrvRecord } from './resolver.ts'

const protocolOfService: Readonly<Record<string, TransportProtocol>> = {
  'SIP+D2U': 'udp',
  'SIP+D2T': 'tcp',
  'SIPS+D2T': 'tls',
}

/** Where SRV records stand when no NAPTR record says so (RFC 3263 §4.1), our order of preference where they are equal. */
export const srvPrefixes: readonly (readonly [protocol: TransportProtocol, prefix: string])[] = [
  ['udp', '_sip._udp'],
  ['tcp', '_sip._tcp'],
  ['tls', '_sips._tcp'],
]

/** The SRV names that NAPTR records point to, best first, for protocols that we speak (RFC 3263 §4.1). */
export function orderNaptr(
  records: readonly NaptrRecord[],
  speaks: (protocol: TransportProtocol) => boolean,
): { protocol: TransportProtocol; name: string }[] {
  return records
    .toSorted((a, b) => a.order - b.order || a.preference - b.preference)
    .flatMap(({ flags, service, replacement }) => {
      const protocol = protocolOfService[service.toUpperCase()]
      const usable = protocol && speaks(protocol) && flags.toLowerCase() === 's' && replacement !== ''
      return usable ? [{ protocol, name: replacement }] : []
    })
}

/**
 * RFC 2782: the lowest priority first, and within one priority a lot in which a target wins as often as its weight
 * says. `random` gives numbers from 0 up to 1.
 */
export function orderSrv(records: readonly SrvRecord[], random: () => number): SrvRecord[] {
  const priorities = [...new Set(records.map(one => one.priority))].toSorted((a, b) => a - b)
  return priorities.flatMap(priority =>
    drawByWeight(
      records.filter(one => one.priority === priority),
      random,
    ),
  )
}

function drawByWeight(records: readonly SrvRecord[], random: () => number): SrvRecord[] {
  // Those without weight stand first, or they could never be drawn.
  const left = records.toSorted((a, b) => a.weight - b.weight)
  const drawn: SrvRecord[] = []
  while (left.length > 0) {
    const total = left.reduce((sum, one) => sum + one.weight, 0)
    const ticket = random() * total
    let passed = 0
    const won = left.findIndex(one => (passed += one.weight) >= ticket)
    drawn.push(...left.splice(won === -1 ? 0 : won, 1))
  }
  return drawn
}
