import { createRequire } from 'node:module'
import plivo from 'plivo'
import Telnyx from 'telnyx'
import twilio, { type Twilio } from 'twilio'
import RequestClient from 'twilio/lib/base/RequestClient.js'
import { afterEach, expect, it } from 'vitest'
import type { PhoneStandIn } from '../../src/stand-ins/phone/phone-stand-in.ts'
import { openPlivo } from '../../src/stand-ins/plivo/open-plivo.ts'
import { openTelnyx } from '../../src/stand-ins/telnyx/open-telnyx.ts'
import { openTwilio } from '../../src/stand-ins/twilio/open-twilio.ts'

/** The vendors' own clients are the judges of the stand-ins: what they understand is the protocol. */

const closing: PhoneStandIn[] = []
afterEach(async () => {
  for (const standIn of closing.splice(0)) await standIn[Symbol.asyncDispose]()
})
function keep<T extends PhoneStandIn>(standIn: T): T {
  closing.push(standIn)
  return standIn
}

const accountSid = 'AC00000000000000000000000000000001'
const status = 'http://127.0.0.1:9/status'

/** The client knows Twilio's address by heart; the requests go to the stand-in. */
function twilioClient(standIn: PhoneStandIn): Twilio {
  class Redirected extends RequestClient {
    override request<T>(options: Parameters<RequestClient['request']>[0]) {
      const uri = options.uri.replace('https://api.twilio.com', standIn.url)
      return super.request<T>({ ...options, uri } as never)
    }
  }
  return twilio(accountSid, 'token', { httpClient: new Redirected() })
}

it('Twilio’s client places a call and ends it', async () => {
  const standIn = keep(await openTwilio({ accountSid, authToken: 'token' }))
  const client = twilioClient(standIn)
  const call = await client.calls.create({
    to: '+15555550100',
    from: '+15555550199',
    twiml: '<Response/>',
    statusCallback: status,
    statusCallbackEvent: ['initiated', 'completed'],
  })
  expect(call.sid).toMatch(/^CA[0-9a-f]{32}$/)
  expect(call.status).toBe('queued')
  const placed = await standIn.nextCall()
  expect(placed.order.StatusCallbackEvent).toBe('initiated completed')
  await client.calls(call.sid).update({ status: 'completed' })
  await placed.hungUp
  await expect(client.calls(call.sid).update({ status: 'completed' })).rejects.toMatchObject({ code: 21220 })
  await expect(client.calls(`CA${'0'.repeat(32)}`).fetch()).rejects.toMatchObject({ status: 404 })
})

it('Telnyx’ client places a call once for one command, sends digits and ends it', async () => {
  const standIn = keep(await openTelnyx({ apiKey: 'KEY', connectionId: '7' }))
  const client = new Telnyx({ apiKey: 'KEY', baseURL: `${standIn.url}/v2`, maxRetries: 0 })
  const order = { connection_id: '7', to: '+15555550100', from: '+15555550199', command_id: 'c1' }
  const first = await client.calls.dial(order)
  const again = await client.calls.dial(order)
  const id = first.data?.call_control_id ?? ''
  expect(again.data?.call_control_id).toBe(id)
  expect(standIn.switchboard.calls).toHaveLength(1)
  const placed = await standIn.nextCall()
  await client.calls.actions.sendDtmf(id, { digits: '1w2' })
  expect(placed.digits).toBe('12')
  await client.calls.actions.hangup(id, {})
  await placed.hungUp
  await expect(client.calls.actions.hangup(id, {})).rejects.toMatchObject({ status: 422 })
})

interface Axios {
  readonly defaults: { adapter: unknown }
  getAdapter(name: 'http'): (config: { url?: string }) => Promise<unknown>
}

it('Plivo’s client places a call and cancels it', async () => {
  const standIn = keep(await openPlivo({ authId: 'MAXXXXXXXXXXXXXXXXXX', authToken: 'token' }))
  // The client knows the address of voice requests by heart: they are redirected on their way.
  const own = createRequire(import.meta.resolve('plivo'))
  const axios = own('axios') as Axios
  const [usual, overHttp] = [axios.defaults.adapter, axios.getAdapter('http')]
  axios.defaults.adapter = (config: { url?: string }) =>
    overHttp(Object.assign(config, { url: (config.url ?? '').replace('https://api.plivo.com', standIn.url) }))
  try {
    const client = new plivo.Client('MAXXXXXXXXXXXXXXXXXX', 'token')
    const created = (await client.calls.create(
      '15555550199',
      '15555550100',
      'http://127.0.0.1:9/answer',
    )) as {
      requestUuid: string
    }
    expect(created.requestUuid).toMatch(/^[0-9a-f-]{36}$/)
    const placed = await standIn.nextCall()
    await client.calls.cancel(created.requestUuid)
    await placed.hungUp
  } finally {
    axios.defaults.adapter = usual
  }
})
