import { randomUUID } from 'node:crypto'
import { type Carrier, DialFailed, type DialRequest, type Leg } from '../port.ts'
import type { CallOrder, Vendor } from '../vendor.ts'
import { DialAttempt, type DialTimings, dialTimings } from './dial-attempt.ts'
import type { ExpectedCall } from './expected-calls.ts'
import { hangUpByRest } from './hang-up.ts'
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
  readonly onTrouble: (error: unknown) => void
  readonly timings?: DialTimings
}

/** Word that comes late, e.g. a repeated callback, still finds somebody; of a lost call, for much longer. */
const lingerMs = 60_000
const lostLingerMs = 900_000

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
    const attempt = new DialAttempt({ vendor, rest, timings, request })
    const expected = server.expect({
      vendor,
      correlationId: request.correlationId,
      reported: report => attempt.reported(report),
      connected: media => attempt.connected(media),
    })
    try {
      const media = await attempt.run(this.#orderOf(request, expected), signal)
      const leg = new StreamLeg({
        vendor,
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

  #orderOf(request: DialRequest, { urls }: ExpectedCall): CallOrder {
    const { to, ringTimeoutMs, correlationId } = request
    const from = request.from ?? this.#deps.defaultFrom
    if (from === null)
      throw new DialFailed('failed', { message: 'This carrier needs a number to call from', code: null })
    return { to, from, ringTimeoutMs, correlationId, key: randomUUID(), urls }
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
