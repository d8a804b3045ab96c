import { countOf, textOf } from '../json-fields.ts'
import type { CallIds, CallOrder, RestAnswer, RestRequest, VendorRest } from '../vendor.ts'
import { connectStream } from './twiml.ts'

export interface TwilioSettings {
  readonly accountSid: string
  /** Proves callbacks, and requests unless there is an API key. */
  readonly authToken: string
  readonly apiKey?: { readonly sid: string; readonly secret: string }
  /** Absent: `https://api.twilio.com`. */
  readonly apiUrl?: string
}

const events = ['initiated', 'ringing', 'answered', 'completed']
/** "Call is not in-progress. Cannot redirect": it is over (twilio.com/docs/api/errors/21220). */
const notInProgress = 21_220

/** Twilio's Calls resource, 2010-04-01 (twilio.com/docs/voice/api/call-resource). */
export function twilioRest(settings: TwilioSettings): VendorRest {
  const { accountSid, authToken, apiKey, apiUrl = 'https://api.twilio.com' } = settings
  const account = `${apiUrl}/2010-04-01/Accounts/${encodeURIComponent(accountSid)}`
  const calls = `${account}/Calls`
  const user = apiKey ? `${apiKey.sid}:${apiKey.secret}` : `${accountSid}:${authToken}`
  const headers = {
    authorization: `Basic ${Buffer.from(user).toString('base64')}`,
    'content-type': 'application/x-www-form-urlencoded',
    accept: 'application/json',
  }
  const post = (url: string, form: URLSearchParams): RestRequest => ({
    method: 'POST',
    url,
    headers,
    body: form.toString(),
  })
  return {
    // An API key may place calls and not read the account: its list of calls is open to both.
    account: () => ({ method: 'GET', url: `${calls}.json?PageSize=1`, headers, body: null }),
    createCall: order => post(`${calls}.json`, createForm(order)),
    readCreated: ({ body }) => textOf(body, 'sid'),
    readErrorCode: ({ body }) => countOf(body, 'code'),
    // `completed` ends a call in any state; `canceled` would leave one alone that was just answered.
    hangUp: (ids: CallIds) =>
      idsOf(ids).map(sid =>
        post(`${calls}/${encodeURIComponent(sid)}.json`, new URLSearchParams({ Status: 'completed' })),
      ),
    readHangUp,
    sendDigits: () => null,
  }
}

function createForm(order: CallOrder): URLSearchParams {
  const form = new URLSearchParams({
    To: order.to,
    From: order.from,
    Twiml: connectStream(order.urls.stream, order.correlationId),
    Timeout: String(Math.min(600, Math.max(1, Math.ceil(order.ringTimeoutMs / 1000)))),
    StatusCallback: order.urls.status,
    StatusCallbackMethod: 'POST',
  })
  for (const event of events) form.append('StatusCallbackEvent', event)
  return form
}

function readHangUp({ status, body }: RestAnswer): 'ended' | 'gone' | 'unclear' {
  if (status >= 200 && status < 300) return 'ended'
  const isGone = status === 404 || (status === 400 && countOf(body, 'code') === notInProgress)
  return isGone ? 'gone' : 'unclear'
}

function idsOf({ placed, live }: CallIds): readonly string[] {
  const id = live ?? placed
  return id === null ? [] : [id]
}
