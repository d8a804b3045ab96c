/**
 * Any request but INVITE as client, RFC 3261 figure 6.
 *
 *   trying ──1xx──▶ proceeding ──final──▶ completed ──K──▶ terminated
 *     └───────────final───────────────────────┘
 */
import type { ClientEvent } from './client-invite.ts'
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

export type ClientRequestState =
  | { readonly name: 'trying'; readonly resendMs: number }
  | { readonly name: 'proceeding' }
  | { readonly name: 'completed' }

type Next = Step<ClientRequestState | Terminated>

export const clientRequest = (settings: TransactionSettings): Machine<ClientRequestState, ClientEvent> => ({
  begin: () => [
    { name: 'trying', resendMs: settings.t1Ms },
    [send, ...(settings.reliable ? [] : [start('E', settings.t1Ms)]), start('F', 64 * settings.t1Ms)],
  ],
  step: (state, event) => step(state, event, settings),
})

function step(
  state: ClientRequestState | Terminated,
  event: ClientEvent,
  settings: TransactionSettings,
): Next {
  if (state.name === 'terminated' || state.name === 'completed') return afterFinal(state, event)
  switch (event.type) {
    case 'response':
      return onResponse(event.status, settings)
    case 'timer':
      return onTimer(state, event, settings)
    case 'transport_error':
      return [terminated, [fail('transport')]]
    case 'abandon':
      return [terminated, [fail('timeout')]]
    case 'hush':
      return [state, [stop('E')]]
  }
}

/** Retransmitted answers are absorbed until K; the network may not fail what is already answered. */
function afterFinal(state: ClientRequestState | Terminated, event: ClientEvent): Next {
  return event.type === 'timer' && event.timer === 'K' ? [terminated, []] : [state, []]
}

function onResponse(status: number, settings: TransactionSettings): Next {
  if (status < 200) return [{ name: 'proceeding' }, [deliver]]
  if (settings.reliable) return [terminated, [deliver]]
  return [{ name: 'completed' }, [stop('E'), stop('F'), start('K', settings.t4Ms), deliver]]
}

function onTimer(state: ClientRequestState, { timer }: TimerEvent, settings: TransactionSettings): Next {
  if (timer === 'F') return [terminated, [fail('timeout')]]
  if (timer !== 'E') return [state, []]
  if (state.name !== 'trying') return [state, [send, start('E', settings.t2Ms)]]
  const resendMs = Math.min(state.resendMs * 2, settings.t2Ms)
  return [{ name: 'trying', resendMs }, [send, start('E', resendMs)]]
}
