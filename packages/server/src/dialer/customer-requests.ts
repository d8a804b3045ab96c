import type { Logger } from 'pino'
import type { NodeId } from '../domain/ids.ts'
import { findStops } from '../store/attempts.ts'
import { settleControl, takeControls, type TakenControl } from '../store/controls.ts'
import type { Database } from '../store/database.ts'
import { notifyCall } from '../store/notify.ts'
import type { LiveCalls } from './live-calls.ts'

const lookAfterMs = 10

export interface CustomerRequestsDeps {
  readonly database: Database
  readonly nodeId: NodeId
  readonly live: LiveCalls
  readonly log: Logger
}

/** What customers ask of the calls of this worker: marks and rows in the database, carried out here. */
export class CustomerRequests {
  readonly #deps: CustomerRequestsDeps
  #looking = false

  constructor(deps: CustomerRequestsDeps) {
    this.#deps = deps
  }

  /** Customers may ask many times a second, hence one look for all that came since. */
  lookSoon(): void {
    if (this.#looking) return
    this.#looking = true
    setTimeout(() => {
      this.#looking = false
      this.look().catch(error =>
        this.#deps.log.warn({ err: error }, 'what customers ask can not be read now'),
      )
    }, lookAfterMs)
  }

  /** Carries out all that is asked for by now. */
  async look(): Promise<void> {
    const { database, live, nodeId } = this.#deps
    const ids = live.ids()
    for (const { id, how } of await findStops(database, ids)) live.reinsOf(id)?.stop.ask(how)
    for (const taken of await takeControls(database, { nodeId, callIds: ids })) void this.#steer(taken)
  }

  /** Never rejects: whoever asked learns by their own limit that nothing is known. */
  async #steer({ id, callId, wish }: TakenControl): Promise<void> {
    const { database, live, log } = this.#deps
    const fault = await (live.reinsOf(callId)?.steering.steer({ id, wish }) ?? 'The call is over')
    try {
      await settleControl(database, id, fault)
      await notifyCall(database, callId)
    } catch (error) {
      log.warn({ err: error, call_id: callId }, 'what came of a control can not be stored now')
    }
  }
}
