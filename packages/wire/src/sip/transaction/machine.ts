/**
 * The vocabulary of the four transaction machines of RFC 3261 §17 with the corrections of RFC 6026. A machine is a pure
 * function (state, event) → [state, commands]; timers arrive as events and leave as commands.
 */

/** Letters as in RFC 3261 table 4; L and M come from RFC 6026. */
export type TimerName = 'A' | 'B' | 'D' | 'E' | 'F' | 'G' | 'H' | 'I' | 'J' | 'K' | 'L' | 'M'

export type Command =
  /** Send the request, or the latest response, (again). */
  | { readonly type: 'send' }
  /** Answer a non-2xx final response by ACK, hop by hop. */
  | { readonly type: 'acknowledge' }
  /** Hand the message that caused the event to the transaction user. */
  | { readonly type: 'deliver' }
  | { readonly type: 'fail'; readonly cause: FailureCause }
  | { readonly type: 'start'; readonly timer: TimerName; readonly afterMs: number }
  | { readonly type: 'stop'; readonly timer: TimerName }

export type FailureCause = 'timeout' | 'transport'

export type TimerEvent = { readonly type: 'timer'; readonly timer: TimerName }

/** Entering `terminated` stops every timer; no command is needed for it. */
export type Terminated = { readonly name: 'terminated' }

export type Step<State> = readonly [state: State, commands: readonly Command[]]

export interface Machine<State extends { readonly name: string }, Event> {
  begin(): Step<State | Terminated>
  step(state: State | Terminated, event: Event): Step<State | Terminated>
}

export const terminated: Terminated = { name: 'terminated' }

export const send: Command = { type: 'send' }
export const acknowledge: Command = { type: 'acknowledge' }
export const deliver: Command = { type: 'deliver' }
export const fail = (cause: FailureCause): Command => ({ type: 'fail', cause })
export const start = (timer: TimerName, afterMs: number): Command => ({ type: 'start', timer, afterMs })
export const stop = (timer: TimerName): Command => ({ type: 'stop', timer })
