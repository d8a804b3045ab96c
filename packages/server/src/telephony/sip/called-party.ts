/**
 * Who calls whom, from the URIs of an INVITE: carriers write the same number as `+18005551234`, `18005551234`
 * or `0018005551234`, with or without parameters (RFC 3966) and separators. What is no number stays as it is.
 */
export function partyOf(uri: string): string {
  const [, user, number] = /^<?\s*(?:sips?:([^@>]*)@|tel:([^>]*))/i.exec(uri.replace(/^[^<]*</, '<')) ?? []
  const [bare = ''] = (user ?? number ?? '').split(';')
  const plain = bare.replace(/%2B/gi, '+').replace(/[-.() ]|%20/g, '')
  const digits = /^(?:\+|00)?([1-9]\d{2,14})$/.exec(plain)?.[1]
  return digits === undefined ? bare.slice(0, 128) : `+${digits}`
}

/** RFC 3325: the network's own word on who calls, where it gives one; null for callers who withheld it. */
export function callerOf(from: string, asserted: string | undefined): string | null {
  const party = partyOf(asserted ?? from)
  return party === '' || /^anonymous$/i.test(party) ? null : party
}
