import { setTimeout as sleep } from 'node:timers/promises'
import { type ClaimedDelivery, claimDue, releaseClaims } from '../store/outbox.ts'
import { type DeliverDeps, deliver } from './deliver.ts'
import { shareOut } from './share-out.ts'

/** Takes due webhooks from the outbox and sends them, until disposed of. */
export interface Deliverer extends AsyncDisposable {
  /** Something may be due now. Without this it is found within a second. */
  wake(): void
}

export interface DelivererLimits {
  readonly total: number
  readonly perHost: number
  /** How often the outbox is looked at without being woken, in milliseconds. */
  readonly pollMs: number
  /** How long tries may go on when the process closes, in milliseconds. */
  readonly graceMs: number
}

/** So many slow receivers may hang at once without keeping the others' messages waiting. */
const defaultLimits: DelivererLimits = { total: 1_024, perHost: 10, pollMs: 1_000, graceMs: 3_000 }

/** After the database failed, in milliseconds. */
const troublePauseMs = 2_000

export function openDeliverer(deps: DeliverDeps, limits: Partial<DelivererLimits> = {}): Deliverer {
  return new OutboxDeliverer(deps, { ...defaultLimits, ...limits })
}

class OutboxDeliverer implements Deliverer {
  readonly #deps: DeliverDeps
  readonly #limits: DelivererLimits
  readonly #underWay = new Map<ClaimedDelivery, Promise<void>>()
  readonly #byHost = new Map<string, number>()
  readonly #cutShort = new AbortController()
  readonly #loop: Promise<void>
  #bell = new AbortController()
  #closing = false

  constructor(deps: DeliverDeps, limits: DelivererLimits) {
    this.#deps = deps
    this.#limits = limits
    this.#loop = this.#run()
  }

  wake(): void {
    this.#bell.abort()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing = true
    this.wake()
    await this.#loop
    const grace = setTimeout(() => this.#cutShort.abort(), this.#limits.graceMs)
    await Promise.all(this.#underWay.values())
    clearTimeout(grace)
  }

  async #run(): Promise<void> {
    while (!this.#closing) {
      // Taken before the look, so that a bell rung during the look is heard after it.
      const bell = this.#bell.signal
      const pauseMs = await this.#takeDue().catch(error => {
        this.#deps.log.error({ err: error }, 'the outbox can not be read')
        return troublePauseMs
      })
      await this.#rest(bell, pauseMs)
    }
  }

  /** Starts a try of everything that is due and has room. Answers how long to rest. */
  async #takeDue(): Promise<number> {
    const { total, perHost, pollMs } = this.#limits
    const shared = await shareOut(this.#deps)
    const room = total - this.#underWay.size
    if (room <= 0) return pollMs
    const due = await claimDue(this.#deps.database.kysely, { total: room, perHost, underWay: this.#byHost })
    for (const delivery of due) {
      this.#count(delivery.host, 1)
      this.#underWay.set(
        delivery,
        this.#try(delivery).finally(() => this.#ended(delivery)),
      )
    }
    // There may be more than one look takes.
    return shared > 0 ? 0 : pollMs
  }

  /** Where a limit was reached, others may have waited for this place. */
  #ended(delivery: ClaimedDelivery): void {
    const { total, perHost } = this.#limits
    const full = this.#underWay.size >= total || (this.#byHost.get(delivery.host) ?? 0) >= perHost
    this.#underWay.delete(delivery)
    this.#count(delivery.host, -1)
    if (full) this.wake()
  }

  async #rest(bell: AbortSignal, pauseMs: number): Promise<void> {
    // Rejects only because it was woken.
    await sleep(pauseMs, undefined, { signal: bell }).catch(() => undefined)
    if (bell.aborted) this.#bell = new AbortController()
  }

  async #try(delivery: ClaimedDelivery): Promise<void> {
    const { log, database } = this.#deps
    try {
      await deliver(delivery, this.#deps, this.#cutShort.signal)
    } catch (error) {
      if (!this.#cutShort.signal.aborted) {
        // Left to its lease: our own fault must not use up the receiver's tries.
        log.error({ err: error, delivery: delivery.id }, 'webhook could not be tried')
        return
      }
      await releaseClaims(database.kysely, [delivery]).catch(failure =>
        log.error({ err: failure, delivery: delivery.id }, 'webhook is left to its lease'),
      )
    }
  }

  #count(host: string, change: 1 | -1): void {
    const count = (this.#byHost.get(host) ?? 0) + change
    if (count === 0) this.#byHost.delete(host)
    else this.#byHost.set(host, count)
  }
}
