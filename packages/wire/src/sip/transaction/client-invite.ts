/**
 * INVITE as client, RFC 3261 figure 5 with RFC 6026 §8.4: a 2xx moves to Accepted, where every copy of it (and every
 * 2xx of another fork) still reaches the transaction user, who must ACK each.
 *
 *   calling ──1xx──▶ proceeding ──300–699──▶ completed ──D──▶ terminated
 *      └──────────2xx──────┴──────▶ accepted ──M──▶ terminated
 */
import {
  acknowledge,
  deliver,
  fail,
  send,
  start,
  stop,
  terminated,
  type Machine,
  type Step,
  type Terminated,
  type TimerEvent,
} from './machine.ts'
import { lingerMs, type TransactionSettings } from './timings.ts'

export type ClientInviteState =
  | { readonly name: 'calling'; readonly resendMs: number }
  | { readonly name: 'proceeding' }
  | { readonly name: 'completed' }
  | { readonly name: 'accepted' }

export type ClientEvent =
  | TimerEvent
  | { readonly type: 'response'; readonly status: number }
  | { readonly type: 'transport_error' }
  /** The user no longer waits: RFC 3261 §9.1 allows it 64·T1 after a CANCEL that nobody answered. */
  | { readonly type: 'abandon' }
  /** Another server is asked instead: sent no more, while a late answer is still taken. */
  | { readonly type: 'hush' }

type Next = Step<ClientInviteState | Terminated>

export const clientInvite = (settings: TransactionSettings): Machine<ClientInviteState, ClientEvent> => ({
  begin: () => [
    { name: 'calling', resendMs: settings.t1Ms },
    [send, ...(settings.reliable ? [] : [start('A', settings.t1Ms)]), start('B', 64 * settings.t1Ms)],
  ],
  step: (state, event) => step(state, event, settings),
})

function step(
  state: ClientInviteState | Terminated,
  event: ClientEvent,
  settings: TransactionSettings,
): Next {
  if (state.name === 'terminated') return [state, []]
  switch (event.type) {
    case 'response':
      return onResponse(state, event.status, settings)
    case 'timer':
      return onTimer(state, event)
    case 'transport_error':
      return state.name === 'accepted' ? [state, []] : [terminated, [fail('transport')]]
    case 'abandon':
      return state.name === 'calling' || state.name === 'proceeding'
        ? [terminated, [fail('timeout')]]
        : [state, []]
    case 'hush':
      return [state, state.name === 'calling' ? [stop('A')] : []]
  }
}

function onResponse(state: ClientInviteState, status: number, settings: TransactionSettings): Next {
  const success = status >= 200 && status < 300
  if (state.name === 'accepted') return [state, success ? [deliver] : []]
  if (state.name === 'completed') return [state, status >= 300 ? [acknowledge] : []]
  const quiet = state.name === 'calling' ? [stop('A'), stop('B')] : []
  if (status < 200) return [{ name: 'proceeding' }, [...quiet, deliver]]
  if (success) return [{ name: 'accepted' }, [...quiet, start('M', 64 * settings.t1Ms), deliver]]
  if (settings.reliable) return [terminated, [acknowledge, deliver]]
  return [{ name: 'completed' }, [...quiet, start('D', lingerMs(settings)), acknowledge, deliver]]
}

function onTimer(state: ClientInviteState, { timer }: TimerEvent): Next {
  if (timer === 'A' && state.name === 'calling') {
    const resendMs = state.resendMs * 2
    return [{ name: 'calling', resendMs }, [send, start('A', resendMs)]]
  }
  if (timer === 'B' && state.name === 'calling') return [terminated, [fail('timeout')]]
  if (timer === 'D' && state.name === 'completed') return [terminated, []]
  if (timer === 'M' && state.name === 'accepted') return [terminated, []]
  return [state, []]
}
