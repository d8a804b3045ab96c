import { lookup } from 'node:dns/promises'
import { isIP } from 'node:net'
import { orAborted } from './or-aborted.ts'
import type { TransportAddress } from './transport.ts'
import { parseSipUri } from './uri.ts'

const lookupDeadlineMs = 5_000

/**
 * Where a request for this URI goes: the RFC 3263 §4 procedure as far as UDP with an address or a host name needs it.
 * A name is looked up for each request, so that a carrier may move its address.
 */
export async function locate(uri: string, signal?: AbortSignal): Promise<TransportAddress> {
  const { scheme, host, port = 5060, parameters } = parseSipUri(uri)
  if (scheme === 'sips') throw new Error('a sips: URI needs TLS, which this transport is not')
  const target = parameters.get('maddr') ?? host
  if (isIP(target)) return { host: target, port }
  const deadline = AbortSignal.timeout(lookupDeadlineMs)
  const address = await orAborted(lookup(target), signal ? AbortSignal.any([signal, deadline]) : deadline)
  return { host: address.address, port }
}
