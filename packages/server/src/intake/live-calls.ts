import { setTimeout as delay } from 'node:timers/promises'
import type { CallEvent } from '@parley/contract/events'
import type { CallId } from '../domain/ids.ts'
import type { Database } from '../store/database.ts'
import { readEvents } from '../store/events.ts'
import { subscribe } from '../store/notify.ts'

/**
 * Lets any number of listeners follow calls, wherever these run. The rows are the truth; a notification
 * only says when to look, and a slow poll makes up for one that got lost.
 */
export interface LiveCalls extends AsyncDisposable {
  /**
   * The call's events after `afterSequence`, in order and without gaps, first those that were, then those
   * that come. Ends when the call is over and all that follows a call is done, or when the signal aborts.
   */
  follow(callId: CallId, afterSequence: number, signal: AbortSignal): AsyncIterable<CallEvent>
  /** Looks again whenever something about the call is new, until there is something to see; null: not in time. */
  until<T extends object>(callId: CallId, look: () => Promise<T | null>, limitMs: number): Promise<T | null>
}

const pageSize = 500
const pollMs = 2_000

export async function openLiveCalls(
  database: Database,
  o: { onTrouble?: (error: unknown) => void } = {},
): Promise<LiveCalls> {
  const bells = new Bells()
  const closing = new AbortController()
  const listening = await subscribe(database, {
    onCall: id => bells.ring(id),
    onReconnect: () => bells.ringAll(),
    ...(o.onTrouble ? { onTrouble: o.onTrouble } : {}),
  })
  return {
    follow: (callId, afterSequence, signal) =>
      follow({ database, bells, callId, signal: AbortSignal.any([signal, closing.signal]) }, afterSequence),
    until: (callId, look, limitMs) => {
      const signal = AbortSignal.any([closing.signal, AbortSignal.timeout(limitMs)])
      return until({ bells, callId, signal }, look)
    },
    async [Symbol.asyncDispose]() {
      closing.abort()
      await listening[Symbol.asyncDispose]()
    },
  }
}

interface Following {
  readonly database: Database
  readonly bells: Bells
  readonly callId: CallId
  readonly signal: AbortSignal
}

async function* follow(o: Following, afterSequence: number): AsyncGenerator<CallEvent> {
  using bell = o.bells.hang(o.callId)
  let seen = afterSequence
  while (!o.signal.aborted) {
    bell.hush()
    // Asked before reading: what is complete now cannot get events that this read would miss.
    const complete = await isComplete(o.database, o.callId)
    const events = await readEvents(o.database, o.callId, { afterSequence: seen, limit: pageSize })
    for (const event of events) {
      yield event
      seen = event.sequence
    }
    if (events.length === pageSize) continue
    if (complete) return
    await bell.rung(o.signal)
  }
}

async function until<T extends object>(
  { bells, callId, signal }: Pick<Following, 'bells' | 'callId' | 'signal'>,
  look: () => Promise<T | null>,
): Promise<T | null> {
  using bell = bells.hang(callId)
  for (;;) {
    bell.hush()
    const seen = await look()
    if (seen !== null || signal.aborted) return seen
    await bell.rung(signal)
  }
}

async function isComplete({ kysely }: Database, callId: CallId): Promise<boolean> {
  const row = await kysely.selectFrom('calls').select('completed').where('id', '=', callId).executeTakeFirst()
  return row?.completed ?? true
}

/** One listener's bell: rings when something may be new. Disposing takes it down. */
interface Bell extends Disposable {
  hush(): void
  /** Resolves when it rings or has rung since it was hushed, after the poll interval, or on abort. */
  rung(signal: AbortSignal): Promise<void>
}

class Bells {
  readonly #byCall = new Map<CallId, Set<() => void>>()

  ring(callId: CallId): void {
    for (const ring of this.#byCall.get(callId) ?? []) ring()
  }

  ringAll(): void {
    for (const callId of this.#byCall.keys()) this.ring(callId)
  }

  hang(callId: CallId): Bell {
    let waiting = Promise.withResolvers<void>()
    const ring = () => waiting.resolve()
    const rings = this.#byCall.get(callId) ?? new Set()
    this.#byCall.set(callId, rings.add(ring))
    return {
      hush: () => {
        waiting = Promise.withResolvers<void>()
      },
      rung: async signal => {
        const over = new AbortController()
        const either = AbortSignal.any([signal, over.signal])
        const poll = delay(pollMs, undefined, { signal: either }).catch(() => undefined)
        await Promise.race([waiting.promise, poll])
        over.abort()
      },
      [Symbol.dispose]: () => {
        rings.delete(ring)
        if (rings.size === 0) this.#byCall.delete(callId)
      },
    }
  }
}
