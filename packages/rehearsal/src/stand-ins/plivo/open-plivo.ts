import { createHmac, randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { openLoopback } from '../loopback.ts'
import { MediaLine } from '../phone/media-line.ts'
import type { InboundCall, Parties, PhoneStandIn } from '../phone/phone-stand-in.ts'
import { readText } from '../phone/read-text.ts'
import { type CallBackend, type Progress, StandInCall } from '../phone/stand-in-call.ts'
import { answerJson, Switchboard } from '../phone/switchboard.ts'
import { plivoMedia } from './plivo-media.ts'

export interface PlivoAccount {
  readonly authId: string
  readonly authToken: string
}

/** Plivo's Call API, callbacks, XML and audio streams on loopback, from the public documentation. */
export async function openPlivo(account: PlivoAccount): Promise<PhoneStandIn> {
  const exchange = new PlivoExchange(account)
  const expected = `Basic ${Buffer.from(`${account.authId}:${account.authToken}`).toString('base64')}`
  const loopback = await openLoopback({
    authorize: ({ headers }) => (headers.authorization === expected ? null : 401),
    requested: (request, response) => exchange.serve(request, response),
  })
  return {
    ...loopback,
    switchboard: exchange.switchboard,
    nextCall: () => exchange.switchboard.nextCall(),
    callIn: (url, parties) => exchange.callIn(url, parties),
    [Symbol.asyncDispose]: async () => {
      for (const { line } of exchange.switchboard.calls) line?.cut()
      await loopback[Symbol.asyncDispose]()
    },
  }
}

const endings = {
  completed: ['completed', 'Normal Hangup', '4000', 'Callee'],
  cancelled: ['cancel', 'Cancelled', '1000', 'API Request'],
  busy: ['busy', 'Busy Line', '3010', 'Callee'],
  rejected: ['busy', 'Rejected', '3020', 'Callee'],
  'no-answer': ['no-answer', 'No Answer', '3000', 'Callee'],
  failed: ['failed', 'Destination Out Of Service', '2010', 'Carrier'],
} as const

class PlivoExchange implements CallBackend {
  readonly switchboard = new Switchboard()
  readonly #account: PlivoAccount
  /** The request's id of each call, by the call's own. */
  readonly #requests = new Map<string, string>()

  constructor(account: PlivoAccount) {
    this.#account = account
  }

  async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const base = `/v1/Account/${this.#account.authId}`
    if (request.method === 'POST' && request.url === `${base}/Call/`)
      return await this.#create(await readText(request), { request, response })
    if (request.method === 'GET' && request.url === `${base}/`)
      return answerJson(response, 200, { api_id: randomUUID(), auth_id: this.#account.authId })
    const match = new RegExp(`^${base}/(Call|Request)/([^/]+)/$`).exec(request.url ?? '')
    const call = request.method === 'DELETE' ? this.#find(match?.[1], match?.[2]) : undefined
    if (!call?.end()) return answerJson(response, 404, { api_id: randomUUID(), error: 'not found' })
    response.writeHead(204).end()
  }

  /** A call is known by its request until it is live, and by its own id from then on. */
  #find(kind: string | undefined, id: string | undefined): StandInCall | undefined {
    const { calls, inbound } = this.switchboard
    if (kind === 'Call') return [...calls, ...inbound].find(call => call.id === id && call.state === 'live')
    return this.switchboard.calls.find(call => this.#requests.get(call.id) === id && call.state !== 'live')
  }

  /** Asks the number's answer URL for XML, and does what it says. */
  async callIn(url: string, { from, to }: Parties): Promise<InboundCall> {
    const plain = (number: string) => number.replace('+', '')
    const order = { answer_url: url, hangup_url: '', xml: '' }
    const place = { id: randomUUID(), to: plain(to), from: plain(from) }
    const asking = new StandInCall(this, { ...place, order })
    const form = { ...this.#form(asking, 'ringing', { Event: 'StartApp' }), Direction: 'inbound' }
    const xml = await this.switchboard.deliver(() => this.#post(url, form))
    if (!xml.includes('<Stream')) return { type: 'refused', answer: xml }
    const call = new StandInCall(this, { ...place, order: { ...order, xml } })
    this.switchboard.inbound.push(call)
    return { type: 'answered', call, line: await call.answer() }
  }

  async report(call: StandInCall, progress: Progress): Promise<void> {
    if (progress.type === 'placed' || progress.type === 'answered') return
    const { ring_url: ringUrl, hangup_url: hangupUrl } = call.order
    if (progress.type === 'ringing' && ringUrl !== undefined)
      await this.switchboard.deliver(() =>
        this.#post(ringUrl, this.#form(call, 'ringing', { Event: 'Ring' })),
      )
    if (progress.type !== 'ended' || !hangupUrl) return
    const [status, name, code, source] = endings[progress.how]
    const rest = {
      Event: 'Hangup',
      HangupCause: name,
      HangupCauseName: name,
      HangupCauseCode: code,
      HangupSource: source,
      Duration: '1',
      BillDuration: '60',
    }
    await this.switchboard.deliver(() => this.#post(hangupUrl, this.#form(call, status, rest)))
  }

  /** Asks for instructions, and does what they say. */
  async openMedia(call: StandInCall): Promise<MediaLine> {
    const xml = await this.#askForInstructions(call)
    const stream = /<Response><Stream ([^>]*)>([^<]+)<\/Stream><\/Response>$/.exec(xml)
    const [, attributes = '', url] = stream ?? []
    if (url === undefined || !attributes.includes('contentType="audio/x-mulaw;rate=8000"'))
      throw new Error('the XML connects no µ-law stream')
    if (!attributes.includes('bidirectional="true"') || !attributes.includes('keepCallAlive="true"'))
      throw new Error('the XML connects a stream of one direction, or lets the call end')
    const ids = { accountId: this.#account.authId, callId: call.id, streamId: randomUUID() }
    return await MediaLine.open(url, plivoMedia(ids), {})
  }

  async answerDeaf(call: StandInCall): Promise<void> {
    await this.#askForInstructions(call)
  }

  async #askForInstructions(call: StandInCall): Promise<string> {
    if (call.order.xml) return call.order.xml
    const form = this.#form(call, 'in-progress', { Event: 'StartApp' })
    return await this.switchboard.deliver(() => this.#post(call.order.answer_url ?? '', form))
  }

  async #create(
    text: string,
    { request, response }: { request: IncomingMessage; response: ServerResponse },
  ): Promise<void> {
    const refusal = this.switchboard.takeRefusal()
    if (refusal !== null) return answerJson(response, refusal, { api_id: randomUUID(), error: 'refused' })
    const order = JSON.parse(text) as Record<string, string>
    const { to, from, answer_url: answerUrl } = order
    if (!/^\d+$/.test(to ?? '') || !/^\d+$/.test(from ?? '') || !answerUrl)
      return answerJson(response, 400, { api_id: randomUUID(), error: 'to, from or answer_url is wrong' })
    const requestUuid = randomUUID()
    const call = new StandInCall(this, { id: randomUUID(), to: to ?? '', from: from ?? '', order })
    this.#requests.set(call.id, requestUuid)
    this.switchboard.add(call, this)
    const created = { message: 'call fired', request_uuid: requestUuid, api_id: randomUUID() }
    await this.switchboard.answerCreate(request, () => answerJson(response, 201, created))
  }

  #form(call: StandInCall, status: string, rest: Record<string, string>): Record<string, string> {
    const requestUuid = this.#requests.get(call.id) ?? ''
    return {
      CallUUID: call.id,
      RequestUUID: requestUuid,
      ALegUUID: call.id,
      ALegRequestUUID: requestUuid,
      From: call.from,
      To: call.to,
      Direction: 'outbound',
      CallStatus: status,
      SessionStart: new Date().toISOString(),
      ...rest,
    }
  }

  async #post(url: string, form: Record<string, string>): Promise<Response> {
    const nonce = randomUUID()
    const names = Object.keys(form).toSorted()
    const signed = `${url}?${names.map(name => name + form[name]).join('')}.${nonce}`
    return await fetch(url, {
      method: 'POST',
      headers: {
        'content-type': 'application/x-www-form-urlencoded',
        'x-plivo-signature-v3': createHmac('sha256', this.#account.authToken).update(signed).digest('base64'),
        'x-plivo-signature-v3-nonce': nonce,
      },
      body: new URLSearchParams(form).toString(),
    })
  }
}
