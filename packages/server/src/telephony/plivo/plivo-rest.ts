import { countOf, fieldOf, textOf } from '../json-fields.ts'
import type { CallOrder, RestAnswer, RestRequest, VendorRest } from '../vendor.ts'

export interface PlivoSettings {
  readonly authId: string
  /** Proves callbacks as well as requests. */
  readonly authToken: string
  /** Absent: `https://api.plivo.com`. */
  readonly apiUrl?: string
}

/** Plivo's Call resource, API v1 (plivo.com/docs/voice/api/call). */
export function plivoRest({ authId, authToken, apiUrl }: PlivoSettings): VendorRest {
  const account = `${apiUrl ?? 'https://api.plivo.com'}/v1/Account/${encodeURIComponent(authId)}`
  const headers = {
    authorization: `Basic ${Buffer.from(`${authId}:${authToken}`).toString('base64')}`,
    'content-type': 'application/json',
    accept: 'application/json',
  }
  const remove = (kind: 'Call' | 'Request', id: string): RestRequest => ({
    method: 'DELETE',
    url: `${account}/${kind}/${encodeURIComponent(id)}/`,
    headers,
    body: null,
  })
  return {
    account: () => ({ method: 'GET', url: `${account}/`, headers, body: null }),
    createCall: order => ({
      method: 'POST',
      url: `${account}/Call/`,
      headers,
      body: JSON.stringify(callBody(order)),
    }),
    readCreated: ({ body }) => requestId(body),
    readErrorCode: ({ body }) => countOf(body, 'error_code'),
    // A call is known by its request until it is live, and by its own id from then on: both are ended.
    hangUp: ({ live, placed }) => [
      ...(live === null ? [] : [remove('Call', live)]),
      ...(placed === null ? [] : [remove('Request', placed)]),
    ],
    readHangUp,
    sendDigits: () => null,
  }
}

function callBody(order: CallOrder): object {
  return {
    to: plain(order.to),
    from: plain(order.from),
    answer_url: order.urls.answer,
    answer_method: 'POST',
    ring_url: order.urls.status,
    ring_method: 'POST',
    hangup_url: order.urls.status,
    hangup_method: 'POST',
    ring_timeout: Math.max(1, Math.ceil(order.ringTimeoutMs / 1000)),
  }
}

function readHangUp({ status }: RestAnswer): 'ended' | 'gone' | 'unclear' {
  if (status >= 200 && status < 300) return 'ended'
  return status === 404 ? 'gone' : 'unclear'
}

/** Plivo's numbers have no plus. */
function plain(number: string): string {
  return number.replace(/^\+/, '')
}

/** A list where several numbers were called at once. */
function requestId(body: unknown): string | null {
  const ids = fieldOf(body, 'request_uuid')
  if (!Array.isArray(ids)) return textOf(body, 'request_uuid')
  const [first] = ids as unknown[]
  return typeof first === 'string' && first !== '' ? first : null
}
