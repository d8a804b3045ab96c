import { setTimeout as sleep } from 'node:timers/promises'
import { type Admission, admissionHoldsMs } from '../domain/admission.ts'
import type { TrunkId } from '../domain/ids.ts'
import { type Carrier, DialFailed, type DialRequest, type Leg } from './port.ts'
import type { Probe, TrunkWatch } from './trunk-watch.ts'

/**
 * One attempt over several trunks. The next trunk is tried only where the one before has certainly rung
 * nobody: it could not be reached, said nothing at all, or refused to take the call on (503) before any
 * ringing. What a callee or the network said of the callee is final: a person who declined on one trunk is
 * not rung on another.
 */
export interface Trunk {
  readonly id: TrunkId
  readonly carrier: Carrier
  readonly probe: Probe
  /** Takes a place for the call, and its turn in the trunk's calls per second. */
  readonly admit: () => Promise<Admission>
}

export interface FailoverDeps {
  /** In the order in which they are tried. */
  readonly trunks: readonly Trunk[]
  readonly watch: TrunkWatch
  /** Milliseconds that never go back. */
  readonly clock: () => number
}

/** SIP-07 of the reliability design: a silent trunk may cost this long while another could be tried. */
const silenceMs = 4_000
/** A call waits so long for a trunk that is away, where no other takes it: Retry-After is often a few seconds. */
const comebackMs = 10_000
/** A call that did not get its turn for so long is given up. */
const longestTurnMs = 60_000

export class FailoverCarrier implements Carrier {
  readonly #deps: FailoverDeps

  constructor(deps: FailoverDeps) {
    this.#deps = deps
  }

  async dial(request: DialRequest, signal: AbortSignal): Promise<Leg> {
    const { trunks, watch } = this.#deps
    const first = await this.#dialOn(trunks, request, signal)
    if (!(first instanceof DialFailed)) return first
    const away = trunks.filter(({ id }) => watch.awayMs(id) !== null)
    const backInMs = Math.min(...away.map(({ id }) => watch.awayMs(id) ?? 0))
    if (away.length === 0 || backInMs > comebackMs) throw first
    await sleep(backInMs, undefined, { signal })
    const second = await this.#dialOn(away, request, signal)
    if (second instanceof DialFailed) throw second
    return second
  }

  /** A leg, or what the last trunk said that did not take the call on. */
  async #dialOn(
    trunks: readonly Trunk[],
    request: DialRequest,
    signal: AbortSignal,
  ): Promise<Leg | DialFailed> {
    const { watch } = this.#deps
    let last = new DialFailed('failed', { message: 'No trunk is in service and has room', code: null })
    for (const [index, trunk] of trunks.entries()) {
      if (!(await watch.ready(trunk.id, trunk.probe))) continue
      signal.throwIfAborted()
      const patience = index < trunks.length - 1 ? { firstAnswerTimeoutMs: silenceMs } : {}
      const result = await this.#tryOn(trunk, { ...request, ...patience }, signal)
      if (result === 'full') continue
      if (!(result instanceof DialFailed)) return result
      last = result
    }
    return last
  }

  /** A leg; or why the trunk did not take the call on, which is no word of the callee's; rejects otherwise. */
  async #tryOn(trunk: Trunk, request: DialRequest, signal: AbortSignal): Promise<Leg | DialFailed | 'full'> {
    const { watch } = this.#deps
    let rang = false
    const onProgress: DialRequest['onProgress'] = progress => {
      if (progress.type === 'ringing') rang = true
      request.onProgress(progress)
    }
    try {
      const leg = await this.#dialInTurn(trunk, { ...request, onProgress }, signal)
      if (leg !== 'full') watch.worked(trunk.id)
      return leg
    } catch (error) {
      if (!(error instanceof DialFailed)) throw error
      if (error.unavailable === null || rang) {
        if (error.code !== null) watch.worked(trunk.id)
        throw error
      }
      watch.failed(trunk.id, error.unavailable.retryAfterMs)
      return error
    }
  }

  /** Dials within the time for which its admission holds; a call that was too slow on its way out asks again. */
  async #dialInTurn(trunk: Trunk, request: DialRequest, signal: AbortSignal): Promise<Leg | 'full'> {
    const { clock } = this.#deps
    for (const givenUpAt = clock() + longestTurnMs; clock() < givenUpAt; ) {
      const askedAt = clock()
      const admission = await trunk.admit()
      if (admission.kind === 'full') return 'full'
      if (admission.kind === 'wait') {
        await sleep(admission.ms, undefined, { signal })
        continue
      }
      const leaving = (): void => {
        if (clock() - askedAt > admissionHoldsMs) throw new TurnMissed()
      }
      try {
        return await trunk.carrier.dial({ ...request, leaving }, signal)
      } catch (error) {
        if (!(error instanceof TurnMissed)) throw error
      }
    }
    return 'full'
  }
}

/** Nothing has left the machine. */
class TurnMissed extends Error {
  constructor() {
    super('the call was too slow to leave in its turn')
    this.name = 'TurnMissed'
  }
}
