import type { DigestSession } from '../digest/digest-session.ts'
import { contactOf, type DialogRecord } from '../dialog/dialog-record.ts'
import { hopsInDialog } from '../dialog/hops-in-dialog.ts'
import type { ReceivedRequest, ReceivedResponse, SipMessage, SipRequest } from '../message.ts'
import { orAborted } from '../or-aborted.ts'
import type { Hop } from '../transport.ts'
import { acknowledge } from './acknowledge.ts'
import type { AgentContext } from './agent-context.ts'
import {
  askInDialog,
  isChallenge,
  orderedRequest,
  TransactionFailed,
  type InDialogOrder,
} from './one-answer.ts'

export interface RequestContent {
  readonly headers: readonly (readonly [name: string, value: string])[]
  readonly body?: Buffer
}

/** A dialog as it moves on: who sent which number, where requests go; and the sending of ours (RFC 3261 §12.2). */
export class LiveDialog {
  readonly #context: AgentContext
  readonly #digest: DigestSession | undefined
  #record: DialogRecord

  constructor(context: AgentContext, record: DialogRecord, digest: DigestSession | undefined) {
    this.#context = context
    this.#record = record
    this.#digest = digest
  }

  get record(): DialogRecord {
    return this.#record
  }

  /** RFC 3261 §12.2.2: false for a request older than what we have seen, which arrived out of order. */
  follows({ envelope }: ReceivedRequest): boolean {
    if (envelope.sequence < (this.#record.remoteSequence ?? 0)) return false
    this.#record = { ...this.#record, remoteSequence: envelope.sequence }
    return true
  }

  /** RFC 3261 §12.2.1.2 and §12.2.2: an accepted change of the session may move where our requests go. */
  retarget(message: SipMessage): void {
    const remoteTarget = contactOf(message)
    if (remoteTarget !== undefined) this.#record = { ...this.#record, remoteTarget }
  }

  ask(method: string, content: RequestContent, signal: AbortSignal): Promise<ReceivedResponse> {
    return askInDialog(this.#context, this.#order(method, content), signal)
  }

  /** A re-INVITE: resolves with its final answer, which is acknowledged then. Aborting cancels it. */
  async invite(content: RequestContent, signal: AbortSignal): Promise<ReceivedResponse> {
    this.#digest?.begin()
    for (;;) {
      const { request, hop } = orderedRequest(this.#order('INVITE', content))
      const [way] = await hopsInDialog(this.#record, hop, uri => this.#context.locate(uri, signal))
      if (!way) throw new TransactionFailed('transport')
      const response = await this.#inviteOver(way, request, signal)
      if (!isChallenge(response.status) || !this.#digest?.learn(response)) return response
    }
  }

  #order(method: string, { headers, body }: RequestContent): InDialogOrder {
    return {
      dialog: this.#record,
      method,
      nextSequence: () => this.#nextSequence(),
      headers: [['User-Agent', this.#context.name], ...headers],
      ...(body ? { body } : {}),
      digest: this.#digest,
    }
  }

  #nextSequence(): number {
    const localSequence = this.#record.localSequence + 1
    this.#record = { ...this.#record, localSequence }
    return localSequence
  }

  #inviteOver(hop: Hop, request: SipRequest, signal: AbortSignal): Promise<ReceivedResponse> {
    signal.throwIfAborted()
    const { promise, resolve, reject } = Promise.withResolvers<ReceivedResponse>()
    const sequence = this.#record.localSequence
    let again: (() => void) | undefined
    const transaction = this.#context.layer.request(request, hop, {
      response: response => {
        if (response.status < 200) return
        if (response.status >= 300) return resolve(response)
        if (again) return again()
        this.retarget(response)
        again = acknowledge(this.#context, { ...this.#record, localSequence: sequence }, transaction.request)
        resolve(response)
      },
      failed: cause => reject(new TransactionFailed(cause)),
    })
    const ignore = (): void => undefined
    const cancel = (): void => this.#context.layer.cancel(transaction, { response: ignore, failed: ignore })
    signal.addEventListener('abort', cancel, { once: true })
    return orAborted(promise, signal).finally(() => signal.removeEventListener('abort', cancel))
  }
}
