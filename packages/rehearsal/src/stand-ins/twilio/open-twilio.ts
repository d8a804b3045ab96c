import { createHmac, randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { openLoopback } from '../loopback.ts'
import { MediaLine } from '../phone/media-line.ts'
import type { InboundCall, Parties, PhoneStandIn } from '../phone/phone-stand-in.ts'
import { readText } from '../phone/read-text.ts'
import { type CallBackend, type Progress, StandInCall } from '../phone/stand-in-call.ts'
import { answerJson, Switchboard } from '../phone/switchboard.ts'
import { twilioMedia } from './twilio-media.ts'

export interface TwilioAccount {
  readonly accountSid: string
  readonly authToken: string
}

/** Twilio's Calls API, status callbacks and media streams on loopback, from the public documentation. */
export async function openTwilio(account: TwilioAccount): Promise<PhoneStandIn> {
  const exchange = new TwilioExchange(account)
  const expected = `Basic ${Buffer.from(`${account.accountSid}:${account.authToken}`).toString('base64')}`
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

const newSid = (kind: string): string => kind + randomUUID().replaceAll('-', '')

/** Which progress becomes which event and CallStatus. */
const eventOf = { placed: 'initiated', ringing: 'ringing', answered: 'answered', ended: 'completed' } as const
const endings = {
  completed: ['completed', '200'],
  cancelled: ['canceled', '487'],
  busy: ['busy', '486'],
  // A callee who declines is told apart from a busy one by the SIP answer alone.
  rejected: ['busy', '603'],
  'no-answer': ['no-answer', '480'],
  failed: ['failed', '404'],
} as const

class TwilioExchange implements CallBackend {
  readonly switchboard = new Switchboard()
  readonly #account: TwilioAccount

  constructor(account: TwilioAccount) {
    this.#account = account
  }

  async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const form = new URLSearchParams(await readText(request))
    const base = `/2010-04-01/Accounts/${this.#account.accountSid}/Calls`
    const path = request.url ?? ''
    if (request.method === 'POST' && path === `${base}.json`)
      return await this.#create(form, { request, response })
    if (request.method === 'GET' && path.startsWith(`${base}.json`))
      return answerJson(response, 200, { calls: this.switchboard.calls.map(call => this.#resource(call)) })
    const sid = new RegExp(`^${base}/(CA[0-9a-f]{32})\\.json$`).exec(path)?.[1]
    const call = sid === undefined ? undefined : this.switchboard.find(sid)
    if (!call) return answerJson(response, 404, { code: 20404, message: 'not found', status: 404 })
    this.#command(call, form, { request, response })
  }

  #command(
    call: StandInCall,
    form: URLSearchParams,
    { request, response }: { request: IncomingMessage; response: ServerResponse },
  ): void {
    if (request.method === 'GET') return answerJson(response, 200, this.#resource(call))
    if (!['completed', 'canceled'].includes(form.get('Status') ?? ''))
      return answerJson(response, 400, { code: 21218, message: 'Invalid Status', status: 400 })
    if (!call.end())
      return answerJson(response, 400, { code: 21220, message: 'Call is not in-progress', status: 400 })
    answerJson(response, 200, this.#resource(call))
  }

  /** Asks the number's voice URL for TwiML, and does what it says. */
  async callIn(url: string, { from, to }: Parties): Promise<InboundCall> {
    const id = newSid('CA')
    const form = { CallSid: id, From: from, To: to, Direction: 'inbound', CallStatus: 'ringing' }
    const twiml = await this.switchboard.deliver(() =>
      this.#post(url, { ...form, AccountSid: this.#account.accountSid, ApiVersion: '2010-04-01' }),
    )
    if (!twiml.includes('<Connect>')) return { type: 'refused', answer: twiml }
    const call = new StandInCall(this, { id, to, from, order: { Twiml: twiml } })
    this.switchboard.inbound.push(call)
    return { type: 'answered', call, line: await call.answer() }
  }

  async report(call: StandInCall, progress: Progress): Promise<void> {
    const wanted = (call.order.StatusCallbackEvent ?? 'completed').split(' ')
    const event = eventOf[progress.type]
    const url = call.order.StatusCallback
    if (url === undefined || !wanted.includes(event)) return
    const form: Record<string, string> = {
      CallSid: call.id,
      AccountSid: this.#account.accountSid,
      From: call.from,
      To: call.to,
      ApiVersion: '2010-04-01',
      Direction: 'outbound-api',
      CallbackSource: 'call-progress-events',
      Timestamp: new Date().toUTCString(),
      CallStatus: progress.type === 'answered' ? 'in-progress' : event,
    }
    if (progress.type === 'ended') {
      const [status, sip] = endings[progress.how]
      Object.assign(form, { CallStatus: status, SipResponseCode: sip, CallDuration: '1' })
    }
    await this.switchboard.deliver(() => this.#post(url, form))
  }

  async answerDeaf(call: StandInCall): Promise<void> {
    await this.report(call, { type: 'answered' })
  }

  async openMedia(call: StandInCall): Promise<MediaLine> {
    const url = /<Stream url="([^"]+)"/.exec(call.order.Twiml ?? '')?.[1]
    if (url === undefined) throw new Error('the TwiML connects no stream')
    const parameters = Object.fromEntries(
      [...(call.order.Twiml ?? '').matchAll(/<Parameter name="([^"]+)" value="([^"]*)"/g)].map(match => [
        match[1] ?? '',
        match[2] ?? '',
      ]),
    )
    const streamSid = newSid('MZ')
    const dialect = twilioMedia({ ...this.#account, callSid: call.id, streamSid, parameters })
    return await MediaLine.open(url, dialect, { 'x-twilio-signature': this.#sign(url, {}) })
  }

  async #create(
    form: URLSearchParams,
    { request, response }: { request: IncomingMessage; response: ServerResponse },
  ): Promise<void> {
    const refusal = this.switchboard.takeRefusal()
    if (refusal !== null)
      return answerJson(response, refusal, { code: 20000 + refusal, message: 'refused', status: refusal })
    const [to, from] = [form.get('To'), form.get('From')]
    if (!to || !from || !(form.get('Twiml') || form.get('Url')))
      return answerJson(response, 400, { code: 21201, message: "No 'To' number", status: 400 })
    const order = Object.fromEntries([...form.keys()].map(key => [key, form.getAll(key).join(' ')]))
    const call = new StandInCall(this, { id: newSid('CA'), to, from, order })
    this.switchboard.add(call, this)
    await this.switchboard.answerCreate(request, () => answerJson(response, 201, this.#resource(call)))
  }

  #resource(call: StandInCall): object {
    const status = { queued: 'queued', ringing: 'ringing', live: 'in-progress', over: 'completed' }[
      call.state
    ]
    return {
      sid: call.id,
      account_sid: this.#account.accountSid,
      api_version: '2010-04-01',
      status,
      to: call.to,
      from: call.from,
      direction: 'outbound-api',
      date_created: new Date().toUTCString(),
      uri: `/2010-04-01/Accounts/${this.#account.accountSid}/Calls/${call.id}.json`,
    }
  }

  async #post(url: string, form: Record<string, string>): Promise<Response> {
    return await fetch(url, {
      method: 'POST',
      headers: {
        'content-type': 'application/x-www-form-urlencoded',
        'x-twilio-signature': this.#sign(url, form),
      },
      body: new URLSearchParams(form).toString(),
    })
  }

  #sign(url: string, form: Record<string, string>): string {
    const names = Object.keys(form).toSorted()
    const signed = url + names.map(name => name + form[name]).join('')
    return createHmac('sha1', this.#account.authToken).update(signed).digest('base64')
  }
}
