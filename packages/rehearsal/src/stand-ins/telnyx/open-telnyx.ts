import { generateKeyPairSync, randomUUID, sign } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { openLoopback } from '../loopback.ts'
import { MediaLine } from '../phone/media-line.ts'
import type { InboundCall, Parties, PhoneStandIn } from '../phone/phone-stand-in.ts'
import { readText } from '../phone/read-text.ts'
import { type CallBackend, type Progress, StandInCall } from '../phone/stand-in-call.ts'
import { answerJson, Switchboard } from '../phone/switchboard.ts'
import { telnyxMedia } from './telnyx-media.ts'

export interface TelnyxAccount {
  readonly apiKey: string
  readonly connectionId: string
}

export interface TelnyxStandIn extends PhoneStandIn {
  /** As the portal shows it: proves the callbacks. */
  readonly publicKey: string
  /** Makes a callback a test can deliver as it likes. `timestamp`: Unix seconds. */
  signed(body: string, timestamp: number): Record<string, string>
}

/** Telnyx Call Control, its webhooks and media streams on loopback, from the public documentation. */
export async function openTelnyx(account: TelnyxAccount): Promise<TelnyxStandIn> {
  const exchange = new TelnyxExchange(account)
  const loopback = await openLoopback({
    authorize: ({ headers }) => (headers.authorization === `Bearer ${account.apiKey}` ? null : 401),
    requested: (request, response) => exchange.serve(request, response),
  })
  return {
    ...loopback,
    publicKey: exchange.publicKey,
    switchboard: exchange.switchboard,
    nextCall: () => exchange.switchboard.nextCall(),
    callIn: (url, parties) => exchange.callIn(url, parties),
    signed: (body, timestamp) => exchange.headersFor(body, timestamp),
    [Symbol.asyncDispose]: async () => {
      for (const { line } of exchange.switchboard.calls) line?.cut()
      await loopback[Symbol.asyncDispose]()
    },
  }
}

const eventOf = { placed: 'call.initiated', answered: 'call.answered', ended: 'call.hangup' } as const
const endings = {
  completed: ['normal_clearing', 'callee', '200'],
  cancelled: ['originator_cancel', 'caller', '487'],
  busy: ['user_busy', 'callee', '486'],
  rejected: ['call_rejected', 'callee', '603'],
  'no-answer': ['timeout', 'unknown', '480'],
  failed: ['not_found', 'unknown', '404'],
} as const

class TelnyxExchange implements CallBackend {
  readonly switchboard = new Switchboard()
  readonly publicKey: string
  readonly #account: TelnyxAccount
  readonly #keys = generateKeyPairSync('ed25519')
  /** Calls by the id of the command that placed them. */
  readonly #commands = new Map<string, StandInCall>()
  /** Announced calls that wait for a command. */
  readonly #ringing = new Map<string, (command: { action: string; body: Record<string, unknown> }) => void>()

  constructor(account: TelnyxAccount) {
    this.#account = account
    const { x = '' } = this.#keys.publicKey.export({ format: 'jwk' })
    this.publicKey = Buffer.from(x, 'base64url').toString('base64')
  }

  async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { connectionId } = this.#account
    if (request.method === 'GET' && request.url === `/v2/call_control_applications/${connectionId}`)
      return answerJson(response, 200, { data: { id: connectionId, active: true } })
    const body = parseObject(await readText(request))
    if (request.method !== 'POST' || body === null) return fail(response, 400, 10015)
    if (request.url === '/v2/calls') return await this.#dial(body, { request, response })
    const match = /^\/v2\/calls\/([^/]+)\/actions\/(hangup|send_dtmf|answer|reject)$/.exec(request.url ?? '')
    const [id, action] = [decodeURIComponent(match?.[1] ?? ''), match?.[2] ?? '']
    this.#command({ id, action, body }, response)
  }

  #command(
    { id, action, body }: { id: string; action: string; body: Record<string, unknown> },
    response: ServerResponse,
  ): void {
    const ringing = this.#ringing.get(id)
    if (ringing && (action === 'answer' || action === 'reject')) {
      this.#ringing.delete(id)
      answerJson(response, 200, { data: { result: 'ok' } })
      return ringing({ action, body })
    }
    const call = this.switchboard.find(id)
    if (!call) return fail(response, 404, 10005)
    if (call.state === 'over') return fail(response, 422, 90018)
    if (action === 'hangup') call.end()
    else call.digits += String(body.digits).replaceAll(/[wW]/g, '')
    answerJson(response, 200, { data: { result: 'ok' } })
  }

  /** Announces a call, and waits for the command that answers or rejects it. */
  async callIn(url: string, { from, to }: Parties): Promise<InboundCall> {
    const id = `v3:${randomUUID().replaceAll('-', '')}`
    const { promise, resolve } = Promise.withResolvers<{ action: string; body: Record<string, unknown> }>()
    this.#ringing.set(id, resolve)
    const payload = { call_control_id: id, from, to, direction: 'incoming', state: 'parked' }
    const data = { record_type: 'event', event_type: 'call.initiated', id: randomUUID(), payload }
    await this.switchboard.deliver(() => this.#post(url, { data }))
    const { action, body } = await promise
    if (action === 'reject') return { type: 'refused', answer: String(body.cause) }
    const order = Object.fromEntries(Object.entries(body).map(([name, value]) => [name, String(value)]))
    const call = new StandInCall(this, { id, to, from, order })
    this.switchboard.inbound.push(call)
    return { type: 'answered', call, line: await call.answer() }
  }

  async report(call: StandInCall, progress: Progress): Promise<void> {
    const url = call.order.webhook_url
    if (progress.type === 'ringing' || url === undefined) return
    const payload: Record<string, unknown> = {
      call_control_id: call.id,
      connection_id: this.#account.connectionId,
      call_leg_id: randomUUID(),
      call_session_id: randomUUID(),
      client_state: call.order.client_state ?? null,
      from: call.from,
      to: call.to,
      direction: 'outgoing',
      state: { placed: 'bridging', answered: 'answered', ended: 'hangup' }[progress.type],
    }
    if (progress.type === 'ended') {
      const [cause, source, sip] = endings[progress.how]
      Object.assign(payload, { hangup_cause: cause, hangup_source: source, sip_hangup_cause: sip })
    }
    const data = {
      record_type: 'event',
      event_type: eventOf[progress.type],
      id: randomUUID(),
      occurred_at: new Date().toISOString(),
      payload,
    }
    await this.switchboard.deliver(() => this.#post(url, { data, meta: { attempt: 1, delivered_to: url } }))
  }

  async answerDeaf(call: StandInCall): Promise<void> {
    await this.report(call, { type: 'answered' })
  }

  async openMedia(call: StandInCall): Promise<MediaLine> {
    const { stream_url: url, stream_bidirectional_mode: mode, stream_bidirectional_codec: codec } = call.order
    if (url === undefined || mode !== 'rtp' || codec !== 'PCMU')
      throw new Error('the dial command asks for no bidirectional PCMU stream')
    const { id: callControlId, from, to } = call
    return await MediaLine.open(url, telnyxMedia({ callControlId, streamId: randomUUID(), from, to }), {})
  }

  headersFor(body: string, timestamp: number): Record<string, string> {
    const signature = sign(null, Buffer.from(`${timestamp}|${body}`), this.#keys.privateKey)
    return {
      'content-type': 'application/json',
      'telnyx-timestamp': String(timestamp),
      'telnyx-signature-ed25519': signature.toString('base64'),
    }
  }

  async #dial(
    body: Record<string, unknown>,
    { request, response }: { request: IncomingMessage; response: ServerResponse },
  ): Promise<void> {
    const refusal = this.switchboard.takeRefusal()
    if (refusal !== null) return fail(response, refusal, 10000 + refusal)
    const { to, from, connection_id: connection, command_id: command } = body
    if (typeof to !== 'string' || typeof from !== 'string' || connection !== this.#account.connectionId)
      return fail(response, 422, 10004)
    const key = typeof command === 'string' ? command : randomUUID()
    const call = this.#commands.get(key) ?? this.#place(key, { to, from, body })
    const data = { record_type: 'call', call_control_id: call.id, is_alive: false }
    await this.switchboard.answerCreate(request, () => answerJson(response, 200, { data }))
  }

  #place(
    key: string,
    { to, from, body }: { to: string; from: string; body: Record<string, unknown> },
  ): StandInCall {
    const order = Object.fromEntries(Object.entries(body).map(([name, value]) => [name, String(value)]))
    const id = `v3:${randomUUID().replaceAll('-', '')}`
    const call = new StandInCall(this, { id, to, from, order })
    this.#commands.set(key, call)
    this.switchboard.add(call, this)
    return call
  }

  async #post(url: string, event: object): Promise<Response> {
    const body = JSON.stringify(event)
    const headers = this.headersFor(body, Math.floor(Date.now() / 1000))
    return await fetch(url, { method: 'POST', headers, body })
  }
}

function fail(response: ServerResponse, status: number, code: number): void {
  answerJson(response, status, { errors: [{ code: String(code), title: 'refused', detail: 'refused' }] })
}

function parseObject(text: string): Record<string, unknown> | null {
  try {
    const value = JSON.parse(text === '' ? '{}' : text) as unknown
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : null
  } catch {
    return null
  }
}
