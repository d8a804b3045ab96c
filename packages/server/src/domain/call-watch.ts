import type { CallEventBody } from '@parley/contract/events'
import type { LineQuality } from '@parley/contract/line-quality'
import type { CallMode } from '@parley/contract/status'
import type { CallId } from './ids.ts'
import type { Outcome } from './outcome.ts'

/**
 * Looks on while a call goes its way, for figures and traces. What it is told may hold words and numbers of
 * people: it keeps none of them. Must not throw and takes no time to speak of.
 */
export interface CallWatch {
  /** `atMs`: when it occurred, epoch milliseconds. */
  told(event: CallEventBody, atMs: number): void
  /** The carrier was asked to place it: the INVITE is on its way. */
  placed(atMs: number): void
  /** The last word; `line` is null where no line came about. */
  over(outcome: Outcome, line: LineQuality | null): void
}

export interface WatchedCall {
  readonly id: CallId
  readonly mode: CallMode
  readonly direction: 'inbound' | 'outbound'
}

export type WatchCall = (call: WatchedCall) => CallWatch

/** All of them look on. */
export function watchBy(watchers: readonly WatchCall[]): WatchCall {
  return call => {
    const watches = watchers.map(watch => watch(call))
    return {
      told: (event, atMs) => watches.forEach(watch => watch.told(event, atMs)),
      placed: atMs => watches.forEach(watch => watch.placed(atMs)),
      over: (outcome, line) => watches.forEach(watch => watch.over(outcome, line)),
    }
  }
}
