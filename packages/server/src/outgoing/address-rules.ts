import ipaddr from 'ipaddr.js'

/** Which addresses customers' URLs may lead to. */
export interface AddressRules {
  /** Ranges an operator has opened on purpose. */
  readonly allowed: readonly Range[]
  /** Addresses of this very machine: its public ones, too, lead to our own listeners. */
  readonly own: () => readonly string[]
}

type Address = ipaddr.IPv4 | ipaddr.IPv6
type Range = [Address, number]

/**
 * Addresses that look public and are not: Azure's virtual host agent, which hands out machine
 * credentials (learn.microsoft.com, "What is IP address 168.63.129.16?").
 */
const disguised: readonly Range[] = [ipaddr.parseCIDR('168.63.129.16/32')]

/** Global unicast: everything that IANA has assigned for the public IPv6 internet lies in here. */
const publicIpv6 = ipaddr.IPv6.parseCIDR('2000::/3')

/** Reads `WEBHOOK_ALLOW_CIDR`. Throws a plain Error that names the entry which is no range. */
export function parseRanges(texts: readonly string[]): Range[] {
  return texts.map(text => {
    if (!ipaddr.isValidCIDR(text)) throw new Error(`not an address range such as 10.0.0.0/8: ${text}`)
    return ipaddr.parseCIDR(text)
  })
}

/**
 * Whether a connection to this address is allowed. Mapped, translated and tunnelled IPv6 forms are
 * refused as a whole, since each can hide a private IPv4 address; to open one its own range is to be named.
 */
export function isAllowed(text: string, rules: AddressRules): boolean {
  if (!ipaddr.isValid(text)) return false
  const address = ipaddr.parse(text)
  if (inRanges(address, rules.allowed)) return true
  return isPublic(address) && !isOwn(address, rules.own())
}

function isPublic(address: Address): boolean {
  if (address.range() !== 'unicast' || inRanges(address, disguised)) return false
  return address.kind() === 'ipv4' || inRanges(address, [publicIpv6])
}

function isOwn(address: Address, own: readonly string[]): boolean {
  const text = address.toNormalizedString()
  return own.some(other => ipaddr.isValid(other) && ipaddr.parse(other).toNormalizedString() === text)
}

function inRanges(address: Address, ranges: readonly Range[]): boolean {
  return ranges.some(([base, bits]) => base.kind() === address.kind() && address.match(base, bits))
}
