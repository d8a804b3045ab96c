import { isIPv4 } from 'node:net'

/** An IPv4 peer of a socket for both families shows itself as `::ffff:192.0.2.1` (RFC 4291 §2.5.5.2). */
export function plainAddress(address: string): string {
  const inner = address.startsWith('::ffff:') ? address.slice(7) : address
  return isIPv4(inner) ? inner : address
}

/** Ways to name every address of this machine. */
export const isWildcard = (host: string): boolean => host === '0.0.0.0' || host === '::'

const unreachable =
  /^(?:10\.|192\.168\.|172\.(?:1[6-9]|2\d|3[01])\.|100\.(?:6[4-9]|[7-9]\d|1[01]\d|12[0-7])\.|169\.254\.|f[cd][0-9a-f]{2}:|fe80:)|\.invalid$/i

/** An address that only its own network knows (RFC 1918, 6598, 3927, 4193), or a name that never resolves (RFC 2606). */
export const isPrivate = (host: string): boolean => unreachable.test(host)

export const isLoopback = (host: string): boolean => host === '::1' || /^127\.\d+\.\d+\.\d+$/.test(host)
