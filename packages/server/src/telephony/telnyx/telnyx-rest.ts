import { createHash } from 'node:crypto'
import { countOf, fieldOf, textOf } from '../json-fields.ts'
import type { CallIds, CallOrder, CallUrls, RestAnswer, RestRequest, VendorRest } from '../vendor.ts'

export interface TelnyxSettings {
  readonly apiKey: string
  /** Id of the Call Control application that calls go through. */
  readonly connectionId: string
  /** From the portal, base64: proves callbacks. */
  readonly publicKey: string
  /** Absent: `https://api.telnyx.com`. */
  readonly apiUrl?: string
}

/** Telnyx times ringing in whole seconds between these. */
const ringSeconds = { least: 5, most: 600 }
/** How long each key sounds, in milliseconds; Telnyx allows 100–500. */
const keyMs = 100

/** Call Control, API v2 (developers.telnyx.com/api-reference/call-commands). */
export function telnyxRest({ apiKey, connectionId, apiUrl }: TelnyxSettings): VendorRest {
  const api = apiUrl ?? 'https://api.telnyx.com'
  const calls = `${api}/v2/calls`
  const headers = {
    authorization: `Bearer ${apiKey}`,
    'content-type': 'application/json',
    accept: 'application/json',
  }
  const post = (url: string, body: object): RestRequest => ({
    method: 'POST',
    url,
    headers,
    body: JSON.stringify(body),
  })
  const application = `${api}/v2/call_control_applications/${encodeURIComponent(connectionId)}`
  return {
    account: () => ({ method: 'GET', url: application, headers, body: null }),
    createCall: order => post(calls, { connection_id: connectionId, ...dialBody(order) }),
    readCreated: ({ body }) => textOf(fieldOf(body, 'data'), 'call_control_id'),
    readErrorCode: ({ body }) => countOf(firstError(body), 'code'),
    hangUp: ids =>
      idsOf(ids).map(id => post(actionUrl(calls, id, 'hangup'), { command_id: commandId(id, 'hangup') })),
    readHangUp,
    sendDigits: (ids, digits) => {
      const id = idsOf(ids)[0]
      if (id === undefined) return null
      return post(actionUrl(calls, id, 'send_dtmf'), { digits, duration_millis: keyMs })
    },
  }
}

/** 422 is said of a call that has ended: nothing else about a hang-up can be unprocessable. */
function readHangUp({ status }: RestAnswer): 'ended' | 'gone' | 'unclear' {
  if (status >= 200 && status < 300) return 'ended'
  return status === 404 || status === 422 ? 'gone' : 'unclear'
}

/** The commands that answer or reject a call from outside. */
export function telnyxCommands({ apiKey, apiUrl }: TelnyxSettings) {
  const calls = `${apiUrl ?? 'https://api.telnyx.com'}/v2/calls`
  const headers = { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' }
  const command = (ids: CallIds, action: string, body: object): RestRequest => ({
    method: 'POST',
    url: actionUrl(calls, idsOf(ids)[0] ?? '', action),
    headers,
    body: JSON.stringify({ command_id: commandId(idsOf(ids)[0] ?? '', action), ...body }),
  })
  return {
    answer: (ids: CallIds, urls: CallUrls) =>
      command(ids, 'answer', { ...streamBody(urls), webhook_url: urls.status, webhook_url_method: 'POST' }),
    reject: (ids: CallIds, why: 'busy' | 'rejected') =>
      command(ids, 'reject', { cause: why === 'busy' ? 'USER_BUSY' : 'CALL_REJECTED' }),
  }
}

function dialBody(order: CallOrder): object {
  const seconds = Math.ceil(order.ringTimeoutMs / 1000)
  return {
    to: order.to,
    from: order.from,
    timeout_secs: Math.min(ringSeconds.most, Math.max(ringSeconds.least, seconds)),
    webhook_url: order.urls.status,
    webhook_url_method: 'POST',
    command_id: order.key,
    client_state: Buffer.from(order.correlationId).toString('base64'),
    ...streamBody(order.urls),
  }
}

function streamBody(urls: CallUrls): object {
  return {
    stream_url: urls.stream,
    stream_track: 'inbound_track',
    stream_codec: 'PCMU',
    stream_bidirectional_mode: 'rtp',
    stream_bidirectional_codec: 'PCMU',
    stream_bidirectional_sampling_rate: 8000,
  }
}

function actionUrl(calls: string, id: string, action: string): string {
  return `${calls}/${encodeURIComponent(id)}/actions/${action}`
}

/** The same command on the same call bears the same id from every node, so that Telnyx acts on it once. */
function commandId(callId: string, action: string): string {
  const hash = createHash('sha256').update(`${callId}/${action}`).digest('hex')
  return hash.slice(0, 32).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}

function idsOf({ placed, live }: CallIds): readonly string[] {
  const id = live ?? placed
  return id === null ? [] : [id]
}

function firstError(body: unknown): unknown {
  const errors = fieldOf(body, 'errors')
  return Array.isArray(errors) ? (errors[0] as unknown) : undefined
}
