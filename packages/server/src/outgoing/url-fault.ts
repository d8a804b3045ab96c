import { isIP } from 'node:net'
import { type AddressRules, isAllowed, parseRanges } from './address-rules.ts'
import { checkUrl } from './check-url.ts'
import { OutgoingFault } from './outgoing-fault.ts'
import { ownAddresses } from './own-addresses.ts'

/** Why a URL will never be asked, in words for whoever gave it; null: nothing speaks against it yet. */
export type UrlFault = (url: string) => string | null

/**
 * What can be told of a URL when it is given, before its name is looked up: its form, its port, and an address that
 * stands in it. Names are looked up, and judged, right before each connection (`guarded-connector.ts`). A faulty range
 * throws.
 */
export function createUrlFault(allowCidrs: readonly string[]): UrlFault {
  const rules: AddressRules = { allowed: parseRanges(allowCidrs), own: ownAddresses }
  return url => {
    try {
      const { hostname } = checkUrl(url)
      return addressesIn(hostname).some(address => !isAllowed(address, rules))
        ? 'the address is private, local or reserved'
        : null
    } catch (error) {
      if (error instanceof OutgoingFault) return error.message
      throw error
    }
  }
}

/** Names below `localhost` are this machine's by RFC 6761, section 6.3. */
function addressesIn(hostname: string): string[] {
  const plain = hostname.replace(/^\[|\]$/g, '')
  if (isIP(plain) !== 0) return [plain]
  return /^(.+\.)?localhost\.*$/.test(plain) ? ['127.0.0.1'] : []
}
