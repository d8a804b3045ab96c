import { randomInt } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Logger } from 'pino'
import type { CallId, NodeId } from '../domain/ids.ts'
import type { Recheck } from '../intake/recheck-call.ts'
import { type ClaimedCall, claimCall, type Unclaimed } from '../store/attempts.ts'
import type { Database } from '../store/database.ts'
import type { Jobs } from '../store/jobs.ts'
import { joinNodes, leaveNodes, markDraining, renewLease } from '../store/nodes.ts'
import type { CallAudio } from './call-audio.ts'
import { CustomerRequests } from './customer-requests.ts'
import { LiveCalls, type Reins } from './live-calls.ts'

const heartbeatEveryMs = 3_000
/** Repairs a lost notification; the usual way takes a millisecond. */
const requestPollEveryMs = 1_000
/** Jobs that one look at the queue takes. */
const dialBatch = 20
/** How long a queued call waits when this worker is full. */
const retryClaimSeconds = 1
/** Answers of a preflight may be over before the call is claimed: on a busy machine, or in the last moment of a minute. */
const mostLooks = 3
/** A call that its trunks have no place for asks again after this long at most. */
const longestRetrySeconds = 3

export interface WorkerDeps {
  readonly nodeId: NodeId
  readonly database: Database
  readonly jobs: Jobs
  readonly maxCalls: number
  readonly log: Logger
  /** The preflight of a call whose last one holds no longer. */
  readonly recheck: (callId: CallId) => Promise<Recheck>
  readonly run: (call: ClaimedCall, reins: Reins) => Promise<void>
  /** The lease ran out: others may have ended our calls, so the process must not go on. */
  readonly onLeaseLost: () => void
}

/** Takes queued calls, one claim each, and keeps the node's lease while they run. */
export class CallWorker {
  readonly #deps: WorkerDeps
  readonly #live = new LiveCalls()
  readonly #over = new AbortController()
  readonly #requests: CustomerRequests
  #draining = false
  readonly #claims = new Set<Promise<unknown>>()

  constructor(deps: WorkerDeps) {
    this.#deps = deps
    this.#requests = new CustomerRequests({ ...deps, live: this.#live })
  }

  async start(): Promise<void> {
    const { database, nodeId, jobs, maxCalls } = this.#deps
    await joinNodes(database, nodeId, maxCalls)
    await jobs.work('dial', ({ callId }) => this.#take(callId), { batch: dialBatch })
    void this.#every(heartbeatEveryMs, () => this.#renew())
    void this.#every(requestPollEveryMs, () => this.#requests.look())
  }

  get liveCalls(): number {
    return this.#live.size
  }

  get draining(): boolean {
    return this.#draining
  }

  /** Whether one more call may begin here. */
  get hasRoom(): boolean {
    return !this.#draining && this.#live.size + this.#claims.size < this.#deps.maxCalls
  }

  /** Keeps a call that belongs to this node among the live ones until it is over. */
  hold(call: ClaimedCall, run: (reins: Reins) => Promise<void>): void {
    const { log } = this.#deps
    this.#live.run(call.id, reins =>
      run(reins).catch(error =>
        log.error({ err: error, call_id: call.id }, 'the end of a call was not stored'),
      ),
    )
  }

  /** Both sides of one of its calls; undefined: it has no such call. */
  audioOf(callId: CallId): CallAudio | undefined {
    return this.#live.reinsOf(callId)?.audio
  }

  /** Something about a call is new. */
  notice(callId: CallId, concerns: ReadonlySet<string>): void {
    if (concerns.has('queued')) this.#takeAtOnce(callId)
    const asked = concerns.has('stop') || concerns.has('control')
    if (asked && this.#live.has(callId)) this.#requests.lookSoon()
  }

  /** Claims nothing more and waits for the live calls, at most `limitMs`; then says goodbye for them. */
  async drain(limitMs: number): Promise<void> {
    this.#draining = true
    await markDraining(this.#deps.database, this.#deps.nodeId)
    const idle = this.#idle().then(() => true)
    if (!(await Promise.race([idle, sleep(limitMs, false, { ref: false })]))) this.#live.stopAll('farewell')
    await idle
  }

  async #idle(): Promise<void> {
    await Promise.allSettled(this.#claims)
    await this.#live.idle()
  }

  hangUpAll(): void {
    this.#live.stopAll('now')
  }

  async leave(): Promise<void> {
    this.#over.abort()
    await leaveNodes(this.#deps.database, this.#deps.nodeId)
  }

  /** Ahead of the call's job, which finds it taken, or tries again where this comes to nothing. */
  #takeAtOnce(callId: CallId): void {
    if (!this.hasRoom) return
    this.#claim(callId).catch(error =>
      this.#deps.log.warn({ err: error, call_id: callId }, 'a call is left to its job'),
    )
  }

  async #take(callId: CallId): Promise<void> {
    const { jobs } = this.#deps
    const result = this.hasRoom ? await this.#claim(callId) : 'no_room'
    if (result === 'no_room' || result === 'early')
      await jobs.send('dial', { callId }, { startAfterSeconds: retryClaimSeconds })
    // Spread out, so that a full queue does not come back all at once.
    if (result === 'no_place')
      await jobs.send('dial', { callId }, { startAfterSeconds: randomInt(1, longestRetrySeconds + 1) })
  }

  async #claim(callId: CallId): Promise<'claimed' | Exclude<Unclaimed, 'unchecked'>> {
    const claim = this.#claimChecked(callId)
    this.#claims.add(claim)
    try {
      const call = await claim
      if (typeof call === 'string') return call
      this.hold(call, reins => this.#deps.run(call, reins))
      return 'claimed'
    } finally {
      this.#claims.delete(claim)
    }
  }

  async #claimChecked(callId: CallId): Promise<ClaimedCall | Exclude<Unclaimed, 'unchecked'>> {
    const { database, nodeId, recheck } = this.#deps
    for (let looks = 0; looks < mostLooks; looks += 1) {
      const call = await claimCall(database, { callId, nodeId })
      if (call !== 'unchecked') return call
      // Put off: by a job of its own.
      if ((await recheck(callId)) !== 'ready') return 'taken'
    }
    return 'early'
  }

  async #renew(): Promise<void> {
    if (!(await renewLease(this.#deps.database, this.#deps.nodeId))) this.#deps.onLeaseLost()
  }

  async #every(intervalMs: number, action: () => Promise<void>): Promise<void> {
    const { signal } = this.#over
    while (!signal.aborted) {
      await sleep(intervalMs, undefined, { signal }).catch(() => undefined)
      if (signal.aborted) return
      await action().catch(error =>
        this.#deps.log.warn({ err: error }, 'the database can not be reached now'),
      )
    }
  }
}
