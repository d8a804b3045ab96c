/**
 * Any request but INVITE and ACK as server, RFC 3261 figure 8.
 *
 *   trying ──1xx──▶ proceeding ──final──▶ completed ──J──▶ terminated
 *     └───────────final───────────────────────┘
 */
import { fail, send, start, terminated, type Machine, type Step, type Terminated } from './machine.ts'
import type { ServerEvent } from './server-invite.ts'
import type { TransactionSettings } from './timings.ts'

export type ServerRequestState =
  | { readonly name: 'trying' }
  | { readonly name: 'proceeding' }
  | { readonly name: 'completed' }

type Next = Step<ServerRequestState | Terminated>

export const serverRequest = (settings: TransactionSettings): Machine<ServerRequestState, ServerEvent> => ({
  begin: () => [{ name: 'trying' }, []],
  step: (state, event) => step(state, event, settings),
})

function step(
  state: ServerRequestState | Terminated,
  event: ServerEvent,
  settings: TransactionSettings,
): Next {
  if (state.name === 'terminated') return [state, []]
  switch (event.type) {
    case 'request':
      return [state, state.name === 'trying' ? [] : [send]]
    case 'respond':
      return onRespond(state, event.status, settings)
    case 'timer':
      return event.timer === 'J' && state.name === 'completed' ? [terminated, []] : [state, []]
    case 'transport_error':
      return state.name === 'trying' ? [state, []] : [terminated, [fail('transport')]]
    case 'ack':
      return [state, []]
  }
}

function onRespond(state: ServerRequestState, status: number, settings: TransactionSettings): Next {
  if (state.name === 'completed') return [state, []]
  if (status < 200) return [{ name: 'proceeding' }, [send]]
  if (settings.reliable) return [terminated, [send]]
  return [{ name: 'completed' }, [send, start('J', 64 * settings.t1Ms)]]
}
