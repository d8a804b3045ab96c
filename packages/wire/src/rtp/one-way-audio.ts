/** Which direction of a call is dead, and the likely cause, from what the stream has seen. Pure. */
import { BlockList, isIPv6 } from 'node:net'

/**
 * `private_address`: nothing came, and the description names an address that is not reachable from here: a NAT that
 * nobody told the far end of. `wrong_source`: packets come from somebody else than the stream we hear.
 * `unreadable`: packets come, of another codec or with another key. `nothing_came`: no packet at all, as behind a
 * firewall, or with a wrong address of ours. `stopped`: it was heard, and fell silent. `not_heard`: it is heard, and
 * its reports say that nothing of ours arrives.
 */
export const oneWayCauses = [
  'private_address',
  'wrong_source',
  'unreadable',
  'nothing_came',
  'stopped',
  'not_heard',
] as const
export type OneWayCause = (typeof oneWayCauses)[number]

/** Silence that is one-way audio and no pause: even a far end that suppresses silence sends something by then. */
export const ONE_WAY_MS = 4000
/** Reports in a row without us in them; one may have crossed our first packet. */
const DEAF_REPORTS = 2

export interface StreamEvidence {
  /** Since the last packet of the far end, or since the stream began. */
  silentMs: number
  mayReceive: boolean
  received: number
  strangers: number
  /** Malformed, of a foreign codec, or not authentic. */
  unreadable: number
  /** Where the far end says it is. */
  signalledHost: string
  /** Where we are. */
  ourHost: string
  /** Reports in a row that say that nothing of ours arrives. */
  deafReports: number
}

export function oneWayCause(evidence: StreamEvidence): OneWayCause | undefined {
  if (evidence.mayReceive && evidence.silentMs >= ONE_WAY_MS) return silenceCause(evidence)
  return evidence.deafReports >= DEAF_REPORTS ? 'not_heard' : undefined
}

/** Of two clues that both fit, the one that says more comes first. */
function silenceCause(evidence: StreamEvidence): OneWayCause {
  if (evidence.received > 0) return evidence.strangers > 0 ? 'wrong_source' : 'stopped'
  if (evidence.unreadable > 0) return 'unreadable'
  if (isPrivate(evidence.signalledHost) && !isPrivate(evidence.ourHost)) return 'private_address'
  return 'nothing_came'
}

const privateBlocks = new BlockList()
for (const [net, prefix] of [
  ['10.0.0.0', 8],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
  // Shared by the customers of a carrier (RFC 6598), and those that never leave a link.
  ['100.64.0.0', 10],
  ['169.254.0.0', 16],
] as const)
  privateBlocks.addSubnet(net, prefix, 'ipv4')
privateBlocks.addSubnet('fc00::', 7, 'ipv6')
privateBlocks.addSubnet('fe80::', 10, 'ipv6')

/** Addresses of private networks (RFC 1918, RFC 4193), which the public network does not route. */
export function isPrivate(host: string): boolean {
  return privateBlocks.check(host, isIPv6(host) ? 'ipv6' : 'ipv4')
}
