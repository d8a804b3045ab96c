import type { TrunkId } from '../domain/ids.ts'
import { advance, inService, readiness, type TrunkEvent, type TrunkHealth } from '../domain/trunk-health.ts'

/** How long a trunk may take to answer a probe: the call that asked waits for it. */
const probeDeadlineMs = 2_000

/** Asks the trunk whether it is there. True: it answered, and not that it is out of service. */
export type Probe = (signal: AbortSignal) => Promise<boolean>

/** The health of every trunk that this process has tried. Each process learns by itself: nothing to agree on. */
export class TrunkWatch {
  readonly #clock: () => number
  readonly #health = new Map<TrunkId, TrunkHealth>()
  readonly #probes = new Map<TrunkId, Promise<boolean>>()

  /** `clock`: milliseconds that never go back. */
  constructor(clock: () => number) {
    this.#clock = clock
  }

  /** Whether the trunk may get a call. One that was away long enough is asked, once for all who wait. */
  async ready(id: TrunkId, probe: Probe): Promise<boolean> {
    const verdict = readiness(this.#health.get(id) ?? inService, this.#clock())
    if (verdict !== 'probe') return verdict === 'ready'
    const asked = this.#probes.get(id) ?? this.#probe(id, probe)
    this.#probes.set(id, asked)
    return await asked
  }

  /** How long the trunk is left alone from now on, in milliseconds; null: it is not. */
  awayMs(id: TrunkId): number | null {
    const health = this.#health.get(id)
    return health?.status === 'out_of_service' ? Math.max(0, health.probeAt - this.#clock()) : null
  }

  worked(id: TrunkId): void {
    this.#tell(id, { type: 'worked' })
  }

  failed(id: TrunkId, retryAfterMs: number | null): void {
    this.#tell(id, { type: 'failed', at: this.#clock(), retryAfterMs })
  }

  async #probe(id: TrunkId, probe: Probe): Promise<boolean> {
    const answered = await probe(AbortSignal.timeout(probeDeadlineMs)).catch(() => false)
    this.#probes.delete(id)
    this.#tell(id, answered ? { type: 'probe_answered' } : { type: 'probe_failed', at: this.#clock() })
    return answered
  }

  /** Only trunks with something to remember are kept. */
  #tell(id: TrunkId, event: TrunkEvent): void {
    const health = advance(this.#health.get(id) ?? inService, event)
    if (health === inService) this.#health.delete(id)
    else this.#health.set(id, health)
  }
}
