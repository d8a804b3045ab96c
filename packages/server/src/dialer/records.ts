import { setTimeout as sleep } from 'node:timers/promises'
import type { Logger } from 'pino'
import type { CallWatch, WatchCall } from '../domain/call-watch.ts'
import type { NodeId } from '../domain/ids.ts'
import type { Outcome } from '../domain/outcome.ts'
import type { Lifelines } from '../files/lifelines.ts'
import type { Recordings, Recording } from '../files/recordings.ts'
import {
  type AnsweredCall,
  type ClaimedCall,
  endCall,
  endedEvent,
  type OwnCall,
  recordAnswered,
  recordPlaced,
} from '../store/attempts.ts'
import type { Database } from '../store/database.ts'
import type { Jobs } from '../store/jobs.ts'
import { forgetSecondLeg, recordSecondAnswered } from '../store/second-legs.ts'
import type { CallLatency } from '../store/tables.ts'
import { writeCallEvents } from '../store/transcript.ts'
import type { DialProgress, Leg } from '../telephony/port.ts'
import type { CallAudio } from './call-audio.ts'
import { Journal } from './journal.ts'
import { type LineWatch, watchLine } from './line-watch.ts'
import type { SecondLine } from './transfer-call.ts'

export interface RecordsDeps {
  readonly database: Database
  readonly jobs: Jobs
  readonly recordings: Recordings
  readonly lifelines: Lifelines
  readonly nodeId: NodeId
  readonly log: Logger
  readonly watch: WatchCall
}

/** This process was silent for so long that others have ended its call. */
export class GivenUp extends Error {
  constructor() {
    super('others have ended this call')
    this.name = 'GivenUp'
  }
}

/** How an attempt ended, as far as it got. */
export interface AttemptEnd {
  readonly outcome: Outcome
  readonly latency: CallLatency | null
  readonly networkCode: number | null
  /** An error that is nobody's expectation: logged with its stack. */
  readonly defect?: unknown
}

/** What a running call leaves behind: rows, events and the recording. */
export class CallRecords {
  readonly #deps: RecordsDeps
  readonly #call: ClaimedCall
  readonly #watch: CallWatch
  readonly journal: Journal
  #placing: Promise<void> = Promise.resolve()
  #answering: Promise<void> = Promise.resolve()
  #line: LineWatch | undefined
  #recording: Recording | undefined

  constructor(call: ClaimedCall, deps: RecordsDeps) {
    this.#call = call
    this.#deps = deps
    const log = deps.log.child({ call_id: call.id })
    const { id, plan } = call
    this.#watch = deps.watch({ id, mode: plan.mode, direction: plan.direction ?? 'outbound' })
    if (plan.direction !== 'inbound') this.#watch.told({ type: 'dialing', attempt: call.attempt }, Date.now())
    this.journal = new Journal(call.id, {
      write: (callId, events) => writeCallEvents(deps.database, { callId, nodeId: deps.nodeId }, events),
      onEvent: (event, atMs) => this.#watch.told(event, atMs),
      onTrouble: error => log.warn({ err: error }, 'events of a call can not be stored now'),
    })
  }

  readonly progress = (progress: DialProgress): void => {
    if (progress.type === 'ringing') this.journal.report({ type: 'ringing' })
    else this.#placed(progress.providerCallId)
  }

  /**
   * Stores what hanging up from elsewhere needs, and starts the recording if one is wanted. Rejects with GivenUp where
   * others have ended the call.
   */
  async answered(leg: Leg, audio: CallAudio): Promise<void> {
    const { id, plan } = this.#call
    const { recordings, lifelines } = this.#deps
    if (leg.lifeline !== null) await lifelines.keep(id, 'first', leg.lifeline)
    if (plan.record) {
      const recording = await recordings.begin(id)
      this.#recording = recording
      audio.listen({ hear: (heard, played) => recording.write(heard, played), over: () => undefined })
    }
    const recordingPath = this.#recording?.path ?? null
    await this.#storeAnswered({ ...this.#own, lifeline: leg.lifeline, recordingPath })
    this.journal.report({ type: 'answered', mode: plan.mode, model: plan.model, voice: plan.voice })
    this.#line = watchLine(leg, this.journal.report)
  }

  /** Nobody who has picked up waits for a database that is away: it is told later. */
  async #storeAnswered(answered: AnsweredCall): Promise<void> {
    const { database, log } = this.#deps
    const at = performance.now()
    const store = () => recordAnswered(database, { ...answered, ageMs: performance.now() - at })
    const isOwn = await store().catch((error: unknown) => {
      log.warn({ err: error, call_id: this.#call.id }, 'an answer can not be stored now')
      this.#answering = untilStored(store, log)
      return true
    })
    if (!isOwn) throw new GivenUp()
  }

  /** Stores what hanging up a second line from elsewhere needs; a database that is away stops no two people's talk. */
  readonly secondLine: SecondLine = {
    answered: async ({ lifeline }) => {
      const { id: callId } = this.#call
      if (lifeline !== null) await this.#deps.lifelines.keep(callId, 'second', lifeline)
      await this.#tryStoring(() => recordSecondAnswered(this.#deps.database, { callId, lifeline }))
    },
    over: async () => {
      await this.#deps.lifelines.forget(this.#call.id, 'second')
      await this.#tryStoring(() => forgetSecondLeg(this.#deps.database, this.#call.id))
    },
  }

  async #tryStoring(write: () => Promise<void>): Promise<void> {
    await write().catch((error: unknown) =>
      this.#deps.log.warn({ err: error, call_id: this.#call.id }, 'a second line can not be stored now'),
    )
  }

  /** The last word on a call: everything stored, then the state that says so. */
  async end(end: AttemptEnd): Promise<void> {
    const { id } = this.#call
    const { log, nodeId } = this.#deps
    if (end.defect !== undefined) log.error({ call_id: id, err: end.defect }, 'a call broke on a defect')
    const recording = (await this.#recording?.close()) ?? 'none'
    const lineStats = this.#line?.close() ?? null
    await this.#answering
    await untilStored(() => this.journal.close(), log)
    const { outcome, networkCode, latency } = end
    const ended = { callId: id, nodeId, outcome, networkCode, latency, lineStats, recording }
    this.#watch.told(endedEvent(outcome), Date.now())
    this.#watch.over(outcome, lineStats)
    await untilStored(() => endCall(this.#deps, ended), log)
    await this.#deps.lifelines.forget(id)
    log.info({ call_id: id, outcome: outcome.callStatus, end_reason: outcome.endReason }, 'call ended')
  }

  get #own(): OwnCall {
    return { callId: this.#call.id, nodeId: this.#deps.nodeId }
  }

  #placed(providerCallId: string): void {
    const { database, log } = this.#deps
    this.#watch.placed(Date.now())
    // One after the other: the id that was told last is the one that stays.
    this.#placing = this.#placing.then(() =>
      recordPlaced(database, this.#own, providerCallId).catch(error =>
        log.warn({ err: error, call_id: this.#call.id }, 'the carrier id of a call could not be stored'),
      ),
    )
  }
}

const storeTries = 600
const storeRetryMs = 1_000

/** Goes on trying while the database is away, ten minutes at most: how a call ended must not be lost. */
async function untilStored(write: () => Promise<unknown>, log: Logger): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    try {
      await write()
      return
    } catch (error) {
      if (tries >= storeTries) throw error
      log.warn({ err: error }, 'the end of a call can not be stored now')
      await sleep(storeRetryMs)
    }
  }
}
