import { setTimeout as sleep } from 'node:timers/promises'
import { levelDbfs } from '@parley/wire/audio/level'
import { decodeMulaw } from '@parley/wire/audio/g711'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { chooseHttpPort } from '../../src/demo/free-port.ts'
import { openFaculties } from '../../src/person/open-faculties.ts'
import type { CalleeLine } from '../../src/stand-ins/phone/media-line.ts'
import type { PhoneStandIn } from '../../src/stand-ins/phone/phone-stand-in.ts'
import { openPlivo } from '../../src/stand-ins/plivo/open-plivo.ts'
import { openTelnyx } from '../../src/stand-ins/telnyx/open-telnyx.ts'
import { openTwilio } from '../../src/stand-ins/twilio/open-twilio.ts'
import { firstSentence, openPlatform, type Platform } from './platform.ts'

/** An account with carriers that are called by their API, and whose media streams carry the talk. */
const callee = '+14155551234'
const colleague = '+14155551299'
const greeting = 'Bright Dental, this is Sarah. How can I help you?'
const kinds = ['twilio', 'telnyx', 'plivo'] as const
type Kind = (typeof kinds)[number]

interface Carrier {
  readonly standIn: PhoneStandIn
  /** The number of ours that belongs to it. */
  readonly ours: string
  readonly incomingUrl: string
}

const opened = new AsyncDisposableStack()
const carriers = new Map<Kind, Carrier>()
const settings = ['TWILIO_URL', 'TELNYX_URL', 'PLIVO_URL', 'PARLEY_STREAM_PORT', 'PARLEY_STREAM_PUBLIC_URL']
let platform: Platform
let speech: Awaited<ReturnType<typeof openFaculties>>

beforeAll(async () => {
  const vendors = await openVendors()
  const port = await chooseHttpPort(0)
  Object.assign(process.env, {
    TWILIO_URL: vendors.twilio.standIn.url,
    TELNYX_URL: vendors.telnyx.standIn.url,
    PLIVO_URL: vendors.plivo.standIn.url,
    PARLEY_STREAM_PORT: String(port),
    PARLEY_STREAM_PUBLIC_URL: `http://127.0.0.1:${port}`,
  })
  platform = opened.use(await openPlatform())
  speech = opened.use(await openFaculties())
  for (const [index, kind] of kinds.entries()) {
    const { standIn, account } = vendors[kind]
    carriers.set(kind, await addCarrier(kind, { standIn, account, ours: `+1800555123${index}` }))
  }
}, 120_000)

afterAll(async () => {
  await opened.disposeAsync()
  for (const name of settings) delete process.env[name]
}, 60_000)

/** Each vendor's account as its stand-in knows it, and as the API takes it. */
async function openVendors(): Promise<Record<Kind, { standIn: PhoneStandIn; account: object }>> {
  const twilio = { accountSid: `AC${'0'.repeat(31)}1`, authToken: 'token' }
  const telnyx = { apiKey: 'KEY0123456789', connectionId: '1494404757140276705' }
  const plivo = { authId: 'MAXXXXXXXXXXXXXXXXXX', authToken: 'token' }
  const atTelnyx = opened.use(await openTelnyx(telnyx))
  return {
    twilio: {
      standIn: opened.use(await openTwilio(twilio)),
      account: { account_sid: twilio.accountSid, auth_token: twilio.authToken },
    },
    telnyx: {
      standIn: atTelnyx,
      account: {
        api_key: telnyx.apiKey,
        connection_id: telnyx.connectionId,
        public_key: atTelnyx.publicKey,
      },
    },
    plivo: {
      standIn: opened.use(await openPlivo(plivo)),
      account: { auth_id: plivo.authId, auth_token: plivo.authToken },
    },
  }
}

async function addCarrier(
  kind: Kind,
  { standIn, account, ours }: { standIn: PhoneStandIn; account: object; ours: string },
): Promise<Carrier> {
  const carrier = { carrier_name: kind, kind, [kind]: account, calls_per_second: 10 }
  const added = await request('POST', '/v1/phone-numbers/carriers', carrier)
  const inbound_agent = {
    task: 'Answer questions about opening hours of the dental practice.',
    first_sentence: greeting,
    voice: 'alloy',
    webhook_url: platform.house.receiver.url,
  }
  const number = { number: ours, voip_carrier_sid: added.id, inbound_agent }
  const [known] = (
    (await request('GET', '/v1/phone-numbers')).data as { id: string; number: string }[]
  ).filter(one => one.number === ours)
  if (known === undefined) await request('POST', '/v1/phone-numbers', number)
  else await request('PATCH', `/v1/phone-numbers/${known.id}`, { voip_carrier_sid: added.id, inbound_agent })
  return { standIn, ours, incomingUrl: String(added.incoming_url) }
}

async function request(method: string, path: string, body?: unknown): Promise<Record<string, unknown>> {
  const headers = { authorization: `Bearer ${platform.house.adminKey}`, 'content-type': 'application/json' }
  const answer = await fetch(platform.house.baseUrl + path, {
    method,
    headers,
    body: JSON.stringify(body) ?? null,
  })
  expect(answer.ok, `${method} ${path}: ${answer.status}`).toBe(true)
  return (await answer.json()) as Record<string, unknown>
}

function carrierOf(kind: Kind): Carrier {
  const carrier = carriers.get(kind)
  if (!carrier) throw new Error(`no carrier of kind ${kind}`)
  return carrier
}

const isLoud = (audio: Uint8Array) => levelDbfs(decodeMulaw(audio)) > -45

/** Until something loud was heard after so many bytes. */
async function untilHeard(line: CalleeLine, after = 0): Promise<void> {
  for (let look = 0; look < 300; look += 1) {
    if (isLoud(line.heard().subarray(after))) return
    await sleep(100)
  }
  throw new Error('nothing was heard')
}

/** Until a second of silence follows what was said. */
async function untilQuiet(line: CalleeLine): Promise<void> {
  for (let look = 0; look < 300; look += 1) {
    if (!isLoud(line.heard().subarray(-8_000))) return
    await sleep(100)
  }
  throw new Error('it never fell silent')
}

async function untilWritten(id: string): Promise<void> {
  for (let look = 0; look < 300; look += 1) {
    const { transcript } = await request('GET', `/v1/calls/${id}`)
    if (Array.isArray(transcript) && transcript.length > 0) return
    await sleep(100)
  }
  throw new Error('nothing was written down')
}

async function say(line: CalleeLine, text: string): Promise<void> {
  const voice = { voice: 'echo', language: 'en-US' } as const
  for await (const { audio } of speech.mouth.speak(text, voice, AbortSignal.timeout(20_000))) line.say(audio)
}

/** Numbers as the vendor writes them. */
const digits = (text: unknown) => String(text).replace('+', '')

describe.each(kinds)('over %s', kind => {
  const place = (change: object = {}) =>
    platform.place(callee, { from_number: carrierOf(kind).ours, ...change })

  it('a call goes out, is talked, recorded and written down', { timeout: 120_000 }, async () => {
    const { standIn, ours } = carrierOf(kind)
    const id = await place()
    const call = await standIn.nextCall()
    expect([digits(call.to), digits(call.from)]).toEqual([digits(callee), digits(ours)])
    await call.ring()
    const line = await call.answer()
    await untilHeard(line)
    await untilWritten(id)
    await line.hangUp()

    const finished = await platform.finished(id)
    expect(finished.call).toMatchObject({
      status: 'completed',
      call_status: 'completed',
      end_reason: 'callee_hung_up',
      // Nobody has made a sound by which to tell.
      answered_by: 'unknown',
      external_call_id: call.id,
      line_quality: { packets_received: expect.any(Number), packets_lost: 0, one_way_audio: null },
    })
    expect(firstSentence.startsWith(finished.call.transcript[0]?.text ?? '-')).toBe(true)
    expect(finished.events.map(event => event.type)).toContain('answered')
    expect(finished.webhook).toMatchObject({ verified: true, event: 'call.completed' })
    expect(finished.recording?.channels).toHaveLength(2)
    expect(finished.recording?.channels.some(side => levelDbfs(side) > -45)).toBe(true)
  })

  it('a callee who is busy is told as such, and the vendor asked once', { timeout: 60_000 }, async () => {
    const { standIn } = carrierOf(kind)
    const before = standIn.switchboard.calls.length
    const id = await place()
    await (await standIn.nextCall()).refuse('busy')
    const { call } = await platform.finished(id)
    expect(call).toMatchObject({ status: 'failed', call_status: 'busy' })
    expect(standIn.switchboard.calls).toHaveLength(before + 1)
  })

  it('a call is hung up at the vendor when it is stopped', { timeout: 60_000 }, async () => {
    const id = await place()
    const call = await carrierOf(kind).standIn.nextCall()
    await untilHeard(await call.answer())
    await platform.request('POST', `/v1/calls/${id}/stop`, {})
    await call.hungUp
    expect((await platform.finished(id)).call).toMatchObject({ status: 'cancelled', end_reason: 'stopped' })
  })

  it('the agent of a number answers a call that is announced', { timeout: 90_000 }, async () => {
    const { standIn, ours, incomingUrl } = carrierOf(kind)
    const inbound = await standIn.callIn(incomingUrl, { from: '+14155550177', to: ours })
    if (inbound.type !== 'answered') return expect.fail(inbound.answer)
    await untilHeard(inbound.line)
    const [row] = (await request('GET', '/v1/calls?limit=1')).data as { id: string }[]
    const id = String(row?.id)
    await untilWritten(id)
    await inbound.line.hangUp()

    const { call } = await platform.finished(id)
    expect(call).toMatchObject({
      direction: 'inbound',
      phone_number: ours,
      from_phone_number: '+14155550177',
      status: 'completed',
      end_reason: 'callee_hung_up',
      external_call_id: inbound.call.id,
    })
    expect(greeting.startsWith(call.transcript[0]?.text ?? '-')).toBe(true)
  })

  it('a number that nobody answers is refused, and a forged announcement not believed', async () => {
    const { standIn, ours, incomingUrl } = carrierOf(kind)
    const unknown = await standIn.callIn(incomingUrl, { from: '+14155550177', to: '+18005550000' })
    expect(unknown.type).toBe('refused')
    const form = new URLSearchParams({ CallSid: 'CA1', From: callee, To: ours, Direction: 'inbound' })
    expect((await fetch(incomingUrl, { method: 'POST', body: form })).status).toBe(403)
    const stranger = incomingUrl.replace(/[^/]+$/, '01a208b0-9f78-7a02-a228-53ab7f37aae8')
    expect((await fetch(stranger, { method: 'POST', body: form })).status).toBe(404)
  })

  // A second line is dialled like any other: what holds for one vendor holds for all.
  it.each(kind === 'twilio' ? ['cold', 'warm'] : [])(
    'who asks for a person is connected to one: %s',
    {
      timeout: 120_000,
    },
    async mode => {
      const { standIn } = carrierOf(kind)
      const id = await place({
        first_sentence: 'Hello, this is Sarah.',
        transfer: { mode, destinations: [{ name: 'office', phone_number: colleague }] },
      })
      const line = await (await standIn.nextCall()).answer()
      await untilHeard(line)
      await untilQuiet(line)
      await say(line, 'I want to speak to a person.')
      const second = await standIn.nextCall()
      expect(digits(second.to)).toBe(digits(colleague))
      const theirs = await second.answer()
      if (mode === 'warm') await untilHeard(theirs)
      await untilTransferred(id)
      const heardBefore = { line: line.heard().length, theirs: theirs.heard().length }
      await say(theirs, 'Hello, this is the office. How can I help you?')
      await untilHeard(line, heardBefore.line)
      await say(line, 'I would like an appointment please.')
      await untilHeard(theirs, heardBefore.theirs)
      await theirs.hangUp()
      expect((await platform.finished(id)).call).toMatchObject({
        status: 'completed',
        end_reason: 'transferred',
      })
    },
  )
})

async function untilTransferred(id: string): Promise<void> {
  for await (const event of platform.events(id)) if (event.type === 'transferred') return
  throw new Error('the call was not transferred')
}
