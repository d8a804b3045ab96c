import type { PersonEvent, PersonEventBody } from './person-event.ts'

/** What has happened at a person's phone, kept for tests to look at and wait for. */
export interface PersonLog {
  readonly events: readonly PersonEvent[]
  readonly add: (call: string, body: PersonEventBody, atMs: number | null) => void
  readonly waitFor: WaitFor
}

export type WaitFor = (fits: (event: PersonEvent) => boolean, signal: AbortSignal) => Promise<PersonEvent>

/** A process that stays up for days forgets its oldest calls. */
const mostEvents = 10_000

export function createPersonLog(onEvent?: (event: PersonEvent) => void): PersonLog {
  const events: PersonEvent[] = []
  const waiting = new Set<(event: PersonEvent) => void>()
  return {
    events,
    add(call, body, atMs) {
      const at = atMs === null ? null : Math.round(atMs)
      const event: PersonEvent = { call, time: new Date().toISOString(), at_ms: at, ...body }
      if (events.length >= mostEvents) events.splice(0, mostEvents / 10)
      events.push(event)
      onEvent?.(event)
      for (const offer of waiting) offer(event)
    },
    async waitFor(fits, signal) {
      signal.throwIfAborted()
      const past = events.find(fits)
      if (past) return past
      const { promise, resolve, reject } = Promise.withResolvers<PersonEvent>()
      const offer = (event: PersonEvent): void => {
        if (fits(event)) resolve(event)
      }
      const giveUp = (): void => reject(new Error('the person never did that', { cause: signal.reason }))
      waiting.add(offer)
      signal.addEventListener('abort', giveUp, { once: true })
      return await promise.finally(() => {
        waiting.delete(offer)
        signal.removeEventListener('abort', giveUp)
      })
    },
  }
}
