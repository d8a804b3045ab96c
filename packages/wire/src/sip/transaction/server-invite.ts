/**
 * INVITE as server, RFC 3261 figure 7 with RFC 6026 §8.5: after a 2xx the transaction stays in Accepted, absorbing
 * retransmitted INVITEs, while the transaction user repeats the 2xx until the ACK.
 *
 *   proceeding ──300–699──▶ completed ──ACK──▶ confirmed ──I──▶ terminated
 *        └──────2xx──────▶ accepted ──L──▶ terminated
 */
import {
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
import type { TransactionSettings } from './timings.ts'

export type ServerInviteState =
  | { readonly name: 'proceeding'; readonly answered: boolean }
  | { readonly name: 'completed'; readonly resendMs: number }
  | { readonly name: 'confirmed' }
  | { readonly name: 'accepted' }

export type ServerEvent =
  | TimerEvent
  /** The request came again. */
  | { readonly type: 'request' }
  | { readonly type: 'ack' }
  /** The transaction user answers. */
  | { readonly type: 'respond'; readonly status: number }
  | { readonly type: 'transport_error' }

type Next = Step<ServerInviteState | Terminated>

export const serverInvite = (settings: TransactionSettings): Machine<ServerInviteState, ServerEvent> => ({
  begin: () => [{ name: 'proceeding', answered: false }, []],
  step: (state, event) => step(state, event, settings),
})

function step(
  state: ServerInviteState | Terminated,
  event: ServerEvent,
  settings: TransactionSettings,
): Next {
  if (state.name === 'terminated') return [state, []]
  switch (event.type) {
    case 'request':
      return onRepeat(state)
    case 'ack':
      return onAck(state, settings)
    case 'respond':
      return onRespond(state, event.status, settings)
    case 'timer':
      return onTimer(state, event, settings)
    case 'transport_error':
      return state.name === 'completed' ? [terminated, [fail('transport')]] : [state, []]
  }
}

function onRepeat(state: ServerInviteState): Next {
  const repeats = (state.name === 'proceeding' && state.answered) || state.name === 'completed'
  return [state, repeats ? [send] : []]
}

function onAck(state: ServerInviteState, settings: TransactionSettings): Next {
  if (state.name === 'accepted') return [state, [deliver]]
  if (state.name !== 'completed') return [state, []]
  if (settings.reliable) return [terminated, []]
  return [{ name: 'confirmed' }, [stop('G'), stop('H'), start('I', settings.t4Ms)]]
}

function onRespond(state: ServerInviteState, status: number, settings: TransactionSettings): Next {
  const success = status >= 200 && status < 300
  if (state.name === 'accepted') return [state, success ? [send] : []]
  if (state.name !== 'proceeding') return [state, []]
  if (status < 200) return [{ name: 'proceeding', answered: true }, [send]]
  if (success) return [{ name: 'accepted' }, [send, start('L', 64 * settings.t1Ms)]]
  const resend = settings.reliable ? [] : [start('G', settings.t1Ms)]
  return [{ name: 'completed', resendMs: settings.t1Ms }, [send, ...resend, start('H', 64 * settings.t1Ms)]]
}

function onTimer(state: ServerInviteState, { timer }: TimerEvent, settings: TransactionSettings): Next {
  if (timer === 'G' && state.name === 'completed') {
    const resendMs = Math.min(state.resendMs * 2, settings.t2Ms)
    return [{ name: 'completed', resendMs }, [send, start('G', resendMs)]]
  }
  if (timer === 'H' && state.name === 'completed') return [terminated, [fail('timeout')]]
  if (timer === 'I' && state.name === 'confirmed') return [terminated, []]
  if (timer === 'L' && state.name === 'accepted') return [terminated, []]
  return [state, []]
}
