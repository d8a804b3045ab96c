import type { ReceivedRequest, ReceivedResponse } from '../message.ts'
import { magicCookie } from '../tokens.ts'

/** RFC 3261 §17.1.3: a response belongs to the request with its top branch and its CSeq method. */
export const clientKey = (branch: string, method: string): string => `${branch} ${method}`

export const responseKey = ({ envelope }: ReceivedResponse): string =>
  clientKey(envelope.via.parameters.get('branch') ?? '', envelope.method)

/**
 * RFC 3261 §17.2.3: branch, sent-by and method name a server transaction; an ACK names its INVITE. Senders of the
 * older RFC 2543 have no unique branch, so that more fields must match.
 */
export function serverKey(request: ReceivedRequest, method = request.method): string {
  const { via, callId, fromTag, sequence } = request.envelope
  const branch = via.parameters.get('branch') ?? ''
  const sentBy = `${via.host.toLowerCase()}:${via.port ?? 5060}`
  // A bare cookie, as in RFC 4475 §3.1.2.19, names nothing either.
  if (branch.startsWith(magicCookie) && branch.length > magicCookie.length)
    return `${branch} ${sentBy} ${method}`
  return `${callId} ${fromTag ?? ''} ${sequence} ${request.uri} ${branch} ${sentBy} ${method}`
}

/** RFC 3261 §8.2.2.2: the same request over another way has all of these in common, but another branch. */
export function mergeKey({ envelope }: ReceivedRequest): string | undefined {
  if (envelope.toTag !== undefined) return undefined
  return `${envelope.callId} ${envelope.fromTag ?? ''} ${envelope.sequence} ${envelope.method}`
}
