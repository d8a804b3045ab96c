import { buildResponse, type Answer } from '../build-response.ts'
import type { ReceivedRequest } from '../message.ts'
import { serializeMessage } from '../serialize-message.ts'
import { newTag } from '../tokens.ts'
import type { Hop } from '../transport.ts'
import { answerHop } from '../via.ts'
import type { Command } from './machine.ts'
import { RunningMachine } from './run-machine.ts'
import { serverInvite, type ServerEvent } from './server-invite.ts'
import { serverRequest } from './server-request.ts'
import type { TransactionSettings } from './timings.ts'

export interface ServerWiring {
  readonly request: ReceivedRequest
  /** What brought it. */
  readonly source: Hop
  readonly settings: TransactionSettings
  transmit(bytes: Buffer, to: Hop, failed: () => void): void
  /** An ACK that came on the transaction's own branch although the answer was a 2xx. */
  acknowledged(ack: ReceivedRequest): void
  /** Answered 300–699: the same request coming anew is another try, not a loop. */
  refused(): void
  terminated(): void
}

/** One request that came in, and the latest answer to it. Retransmissions never reach the transaction user. */
export class ServerTransaction {
  readonly request: ReceivedRequest
  readonly source: Hop
  /** The tag that every answer of ours carries in To, when the request has none there. */
  readonly toTag: string
  readonly #wiring: ServerWiring
  readonly #machine: RunningMachine<{ readonly name: string }, ServerEvent>
  readonly #cancelled = new AbortController()
  #latest: Buffer | undefined
  #ack: ReceivedRequest | undefined

  constructor(wiring: ServerWiring) {
    this.request = wiring.request
    this.source = wiring.source
    this.toTag = wiring.request.envelope.toTag ?? newTag()
    this.#wiring = wiring
    this.#machine = runningMachine(wiring, command => this.#perform(command))
  }

  /** Aborted when the caller sends CANCEL before our final answer. */
  get cancelled(): AbortSignal {
    return this.#cancelled.signal
  }

  begin(): void {
    this.#machine.begin()
  }

  /** Sends an answer. Provisional ones after the final one, and second final ones, are ignored by the machine. */
  respond(answer: Answer): void {
    const open = this.#machine.stateName === 'trying' || this.#machine.stateName === 'proceeding'
    const repeatable = this.#machine.stateName === 'accepted' && answer.status >= 200 && answer.status < 300
    if (!open && !repeatable) return
    this.#latest = serializeMessage(buildResponse(this.request, this.toTag, answer))
    this.#machine.dispatch({ type: 'respond', status: answer.status })
    if (answer.status >= 300) this.#wiring.refused()
  }

  receiveRepeat(): void {
    this.#machine.dispatch({ type: 'request' })
  }

  receiveAck(ack: ReceivedRequest): void {
    this.#ack = ack
    this.#machine.dispatch({ type: 'ack' })
  }

  receiveCancel(): void {
    if (this.#machine.stateName === 'proceeding') this.#cancelled.abort(new Error('caller gave up'))
  }

  dispose(): void {
    this.#machine.dispose()
  }

  #perform(command: Exclude<Command, { type: 'start' | 'stop' }>): void {
    switch (command.type) {
      case 'send':
        return this.#transmit()
      case 'deliver':
        return this.#ack && this.#wiring.acknowledged(this.#ack)
      // A refusal that was never acknowledged, or could not be sent, ends nothing: there is no call behind it.
      case 'fail':
      case 'acknowledge':
        return
    }
  }

  #transmit(): void {
    if (!this.#latest) return
    const destination = answerHop(this.request.envelope.via, this.source)
    this.#wiring.transmit(this.#latest, destination, () =>
      this.#machine.dispatch({ type: 'transport_error' }),
    )
  }
}

function runningMachine(
  wiring: ServerWiring,
  perform: (command: Exclude<Command, { type: 'start' | 'stop' }>) => void,
): RunningMachine<{ readonly name: string }, ServerEvent> {
  const effects = {
    perform,
    timer: (timer: Extract<ServerEvent, { type: 'timer' }>['timer']) => ({ type: 'timer', timer }) as const,
    terminated: () => wiring.terminated(),
  }
  return wiring.request.method === 'INVITE'
    ? new RunningMachine(serverInvite(wiring.settings), effects)
    : new RunningMachine(serverRequest(wiring.settings), effects)
}
