import { SipHeaders } from '../headers.ts'
import { noBody, type ReceivedResponse, type SipRequest } from '../message.ts'
import { serializeMessage } from '../serialize-message.ts'
import type { Hop } from '../transport.ts'
import { clientInvite, type ClientEvent } from './client-invite.ts'
import { clientRequest } from './client-request.ts'
import type { Command, FailureCause } from './machine.ts'
import { RunningMachine } from './run-machine.ts'
import type { TransactionSettings } from './timings.ts'

/** The transaction user's side. After `failed`, or after a final response (but a 2xx to INVITE), nothing more comes. */
export interface ClientHandlers {
  response(response: ReceivedResponse): void
  failed(cause: FailureCause): void
}

export interface ClientWiring {
  readonly request: SipRequest
  readonly destination: Hop
  readonly settings: TransactionSettings
  readonly handlers: ClientHandlers
  transmit(bytes: Buffer, to: Hop, failed: () => void): void
  terminated(): void
}

/** One request on its way to its final response. The request carries its Via already. */
export class ClientTransaction {
  readonly request: SipRequest
  readonly destination: Hop
  readonly #wiring: ClientWiring
  readonly #bytes: Buffer
  readonly #machine: RunningMachine<{ readonly name: string }, ClientEvent>
  #latest: ReceivedResponse | undefined

  constructor(wiring: ClientWiring) {
    this.request = wiring.request
    this.destination = wiring.destination
    this.#wiring = wiring
    this.#bytes = serializeMessage(wiring.request)
    this.#machine = runningMachine(wiring, command => this.#perform(command))
  }

  begin(): void {
    this.#machine.begin()
  }

  receive(response: ReceivedResponse): void {
    this.#latest = response
    this.#machine.dispatch({ type: 'response', status: response.status })
  }

  /** Stops waiting for an answer; the handlers hear `timeout` unless one has come. */
  abandon(): void {
    this.#machine.dispatch({ type: 'abandon' })
  }

  /** Sends no more, and still takes what is answered. */
  hush(): void {
    this.#machine.dispatch({ type: 'hush' })
  }

  /** The connection over which it was sent is gone. Once anything was answered, the rest may come another way. */
  lostConnection(): void {
    const { stateName } = this.#machine
    if (stateName === 'calling' || stateName === 'trying') this.#machine.dispatch({ type: 'transport_error' })
  }

  /** Ends the waiting at once: the handlers hear `transport` unless a final answer has come. */
  dispose(): void {
    this.#machine.dispatch({ type: 'transport_error' })
    this.#machine.dispose()
  }

  #perform(command: Exclude<Command, { type: 'start' | 'stop' }>): void {
    switch (command.type) {
      case 'send':
        return this.#transmit(this.#bytes)
      case 'acknowledge':
        return this.#latest && this.#transmit(serializeMessage(acknowledgement(this.request, this.#latest)))
      case 'deliver':
        return this.#latest && this.#wiring.handlers.response(this.#latest)
      case 'fail':
        return this.#wiring.handlers.failed(command.cause)
    }
  }

  #transmit(bytes: Buffer): void {
    this.#wiring.transmit(bytes, this.destination, () => this.#machine.dispatch({ type: 'transport_error' }))
  }
}

function runningMachine(
  wiring: ClientWiring,
  perform: (command: Exclude<Command, { type: 'start' | 'stop' }>) => void,
): RunningMachine<{ readonly name: string }, ClientEvent> {
  const effects = {
    perform,
    timer: (timer: Extract<ClientEvent, { type: 'timer' }>['timer']) => ({ type: 'timer', timer }) as const,
    terminated: () => wiring.terminated(),
  }
  return wiring.request.method === 'INVITE'
    ? new RunningMachine(clientInvite(wiring.settings), effects)
    : new RunningMachine(clientRequest(wiring.settings), effects)
}

/** RFC 3261 §17.1.1.3: the ACK of a refusal travels hop by hop, with the Via and the Route of the INVITE. */
function acknowledgement(invite: SipRequest, response: ReceivedResponse): SipRequest {
  const request = sameHop(invite, 'ACK')
  request.headers.set('To', response.headers.get('To') ?? '')
  return request
}

/** A CANCEL (RFC 3261 §9.1) or hop-by-hop ACK: everything that identifies the transaction is the INVITE's. */
export function sameHop(invite: SipRequest, method: 'ACK' | 'CANCEL'): SipRequest {
  const headers = new SipHeaders([
    ['Via', invite.headers.get('Via') ?? ''],
    ['Max-Forwards', '70'],
    ['From', invite.headers.get('From') ?? ''],
    ['To', invite.headers.get('To') ?? ''],
    ['Call-ID', invite.headers.get('Call-ID') ?? ''],
    ['CSeq', `${parseInt(invite.headers.get('CSeq') ?? '', 10)} ${method}`],
  ])
  for (const route of invite.headers.all('Route')) headers.append('Route', route)
  return { kind: 'request', method, uri: invite.uri, headers, body: noBody }
}
