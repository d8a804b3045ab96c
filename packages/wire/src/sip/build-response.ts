import { SipHeaders } from './headers.ts'
import { noBody, type ReceivedRequest, type SipResponse } from './message.ts'
import { reasonPhrase } from './reason-phrases.ts'

/** What the transaction user wants to say; the rest of a response follows from its request. */
export interface Answer {
  readonly status: number
  readonly reason?: string
  readonly headers?: readonly (readonly [name: string, value: string])[]
  readonly body?: Buffer
}

/** RFC 3261 §8.2.6.2: a response mirrors Via, From, To, Call-ID and CSeq; `toTag` is added where To has none. */
export function buildResponse(request: ReceivedRequest, toTag: string, answer: Answer): SipResponse {
  const headers = new SipHeaders()
  for (const via of request.headers.all('Via')) headers.append('Via', via)
  headers.append('From', request.headers.get('From') ?? '')
  headers.append('To', withTag(request, toTag, answer.status))
  headers.append('Call-ID', request.envelope.callId)
  headers.append('CSeq', `${request.envelope.sequence} ${request.envelope.method}`)
  if (mayFormDialog(request, answer.status)) {
    for (const route of request.headers.all('Record-Route')) headers.append('Record-Route', route)
  }
  for (const [name, value] of answer.headers ?? []) headers.append(name, value)
  return {
    kind: 'response',
    status: answer.status,
    reason: answer.reason ?? reasonPhrase(answer.status),
    headers,
    body: answer.body ?? noBody,
  }
}

function withTag(request: ReceivedRequest, toTag: string, status: number): string {
  const to = request.headers.get('To') ?? ''
  return request.envelope.toTag !== undefined || status === 100 ? to : `${to};tag=${toTag}`
}

const mayFormDialog = (request: ReceivedRequest, status: number): boolean =>
  request.method === 'INVITE' && status > 100 && status < 300
