import { randomUUID } from 'node:crypto'
import { type Carrier, DialFailed, type DialRequest, type Leg } from '../port.ts'
import type { InboundReply, IncomingReport, Vendor } from '../vendor.ts'
import { createCall } from './create-call.ts'
import { type Beginning, DialAttempt, type DialTimings, dialTimings } from './dial-attempt.ts'
import type { ExpectedCall } from './expected-calls.ts'
import { hangUpByRest } from './hang-up.ts'
import { Decision, type IncomingStreamCall } from './incoming-call.ts'
import { readLifeline } from './lifeline.ts'
import type { Pulse } from './pulse.ts'
import { type RestClient, RestFault } from './rest-client.ts'
import { StreamLeg } from './stream-leg.ts'
import type { StreamServer } from './stream-server.ts'

export interface StreamCarrierDeps {
  readonly vendor: Vendor
  readonly server: StreamServer
  readonly rest: RestClient
  readonly pulse: Pulse
  /** The number to call from when a call names none; vendors take no anonymous calls. */
  readonly defaultFrom: string | null
  /** Tells this carrier from others in the address for calls from outside. Absent: the vendor's name. */
  readonly key?: string
  readonly onTrouble: (error: unknown) => void
  readonly timings?: DialTimings
}

/** Word that comes late, e.g. a repeated callback, still finds somebody; of a lost call, for much longer. */
const lingerMs = 60_000
const lostLingerMs = 900_000

interface Conversation {
  readonly attempt: DialAttempt
  readonly expected: ExpectedCall
  readonly beginning: Beginning
}

/** Dials by a vendor's REST API and talks over its media streams. */
export class StreamCarrier implements Carrier {
  readonly #deps: StreamCarrierDeps

  constructor(deps: StreamCarrierDeps) {
    this.#deps = deps
  }

  async dial(request: DialRequest, signal: AbortSignal): Promise<Leg> {
    const { vendor, server, rest, timings = dialTimings } = this.#deps
    if (signal.aborted)
      throw new DialFailed('cancelled', {
        message: 'The call was cancelled before it was dialled',
        code: null,
      })
    const from = this.#callerOf(request)
    request.leaving?.()
    const attempt = new DialAttempt({ vendor, rest, timings, onProgress: step => request.onProgress(step) })
    const expected = server.expect({
      vendor,
      correlationId: request.correlationId,
      reported: report => attempt.reported(report),
      connected: media => attempt.connected(media),
    })
    const { to, ringTimeoutMs, correlationId } = request
    const order = { to, from, ringTimeoutMs, correlationId, key: randomUUID(), urls: expected.urls }
    const hasAlternative = request.firstAnswerTimeoutMs !== undefined
    const beginning: Beginning = {
      create: deadline => createCall(order, { vendor, rest, hasAlternative }, deadline),
      patience: { ms: request.ringTimeoutMs, why: 'ring_timeout' },
    }
    return await this.#converse({ attempt, expected, beginning }, signal)
  }

  /**
   * Has calls from outside announced to the listener; answers the address that the vendor is to be given for
   * them. Whoever does not decide in time has refused.
   */
  receive(listener: (call: IncomingStreamCall) => void): string {
    const { vendor, server, key = vendor.name } = this.#deps
    const announced = new Map<string, Promise<InboundReply>>()
    const handler = (report: IncomingReport): Promise<InboundReply> => {
      // Vendors repeat an announcement whose answer they missed: it is the same call.
      const id = report.ids.live ?? ''
      const known = announced.get(id)
      if (known) return known
      const reply = this.#announce(report, listener)
      announced.set(id, reply)
      setTimeout(() => announced.delete(id), lingerMs).unref()
      return reply
    }
    return server.onIncoming(key, { vendor, handler })
  }

  async #announce(
    report: IncomingReport,
    listener: (call: IncomingStreamCall) => void,
  ): Promise<InboundReply> {
    const { vendor, server, rest, timings = dialTimings } = this.#deps
    const attempt = new DialAttempt({ vendor, rest, timings, onProgress: () => undefined })
    const expected = server.expect({
      vendor,
      correlationId: report.ids.live ?? '',
      reported: news => attempt.reported(news),
      connected: media => attempt.connected(media),
    })
    const decision = new Decision({ vendor, rest, report, urls: expected.urls })
    listener({
      from: report.from,
      to: report.to,
      providerCallId: report.ids.live ?? '',
      accept: signal => {
        const beginning: Beginning = {
          create: deadline => decision.accept(deadline),
          patience: { ms: timings.audioMs, why: 'no_audio' },
        }
        return this.#converse({ attempt, expected, beginning }, signal)
      },
      refuse: why => decision.refuse(why),
    })
    const reply = await decision.reply
    if (!decision.isAccepted) expected.leave(lingerMs)
    return reply
  }

  /** Waits for the callee and the audio, and makes a leg of them. */
  async #converse({ attempt, expected, beginning }: Conversation, signal: AbortSignal): Promise<Leg> {
    try {
      const media = await attempt.run(beginning, signal)
      const leg = new StreamLeg({
        vendor: this.#deps.vendor,
        ids: attempt.ids,
        media,
        pulse: this.#deps.pulse,
        release: isOver => this.#release(attempt, expected, isOver),
        sendDigitsByRest: (digits, until) => this.#sendDigits(attempt, digits, until),
      })
      attempt.onEnded(ended => leg.ended(ended))
      return leg
    } catch (error) {
      const { placed, live } = attempt.ids
      expected.leave(placed === null && live === null ? lostLingerMs : lingerMs)
      throw error
    }
  }

  /** Hangs up a call that another process talked on. False when the lifeline is another carrier's. */
  async hangUpLifeline(lifeline: string, signal: AbortSignal): Promise<boolean> {
    const { vendor } = this.#deps
    const ids = readLifeline(lifeline, vendor.name)
    if (ids === null) return false
    if (!(await hangUpByRest(ids, this.#deps, signal)))
      this.#deps.onTrouble(new Error(`${vendor.name} did not confirm the end of a call`))
    return true
  }

  #callerOf(request: DialRequest): string {
    const from = request.from ?? this.#deps.defaultFrom
    if (from !== null) return from
    throw new DialFailed('failed', { message: 'This carrier needs a number to call from', code: null })
  }

  async #release(attempt: DialAttempt, expected: ExpectedCall, isOver: boolean): Promise<void> {
    expected.leave(lingerMs)
    if (!isOver && !(await attempt.hangUp()))
      this.#deps.onTrouble(new Error(`${this.#deps.vendor.name} did not confirm the end of a call`))
  }

  async #sendDigits(attempt: DialAttempt, digits: string, signal: AbortSignal): Promise<void> {
    const { vendor, rest } = this.#deps
    const request = vendor.rest.sendDigits(attempt.ids, digits)
    if (request === null) throw new Error(`${vendor.name} sends no digits by REST`)
    const answer = await rest.send(request, signal)
    if (answer.status < 200 || answer.status >= 300)
      throw new RestFault('lost', `The carrier refused the digits (HTTP ${answer.status})`)
  }
}
