import { dialogFromAnswer, dialogKey, requestInDialog, type DialogRecord } from '../dialog/dialog-record.ts'
import { SipHeaders } from '../headers.ts'
import { noBody, type ReceivedResponse, type SipRequest } from '../message.ts'
import { parseNameAddress } from '../name-address.ts'
import { lingerMs } from '../transaction/timings.ts'
import type { Hop } from '../transport.ts'
import type { AgentContext } from './agent-context.ts'
import { oneAnswer, TransactionFailed } from './one-answer.ts'

/** Each costs a few packets; whoever sends more of them than this at once is not helped by answers. */
const maxAtOnce = 50

/**
 * Answers of callees to calls that nobody here knows: a process that placed a call, and died while it rang, has a
 * successor at the same address. Whoever picked up would hear silence, and send its 200 again for half a minute; it
 * gets its ACK and is hung up on (RFC 3261 §13.2.2.4 for a 2xx that came too late). Nothing goes anywhere but back to
 * where the answer came from: a forged one cannot make us talk to a third party.
 */
export class StrayAnswers {
  readonly #context: AgentContext
  readonly #acknowledge = new Map<string, () => void>()
  readonly #closing = new AbortController()

  constructor(context: AgentContext) {
    this.#context = context
  }

  /** Takes a 2xx to an INVITE that belongs to no transaction. */
  take(response: ReceivedResponse, from: Hop): void {
    const { callId, fromTag = '', toTag = '' } = response.envelope
    const key = dialogKey(callId, fromTag, toTag)
    // A call of ours whose answer is repeated late, or one that is being ended already.
    if (this.#context.dialogs.has(key)) return
    const again = this.#acknowledge.get(key)
    if (again) return again()
    if (this.#acknowledge.size >= maxAtOnce) return
    const dialog = dialogFromAnswer(inviteOf(response), response, from)
    const acknowledge = (): void => this.#acknowledgeTo(dialog, from)
    this.#acknowledge.set(key, acknowledge)
    setTimeout(() => this.#acknowledge.delete(key), lingerMs(this.#context.layer.timings)).unref()
    acknowledge()
    void this.#hangUp(dialog, from)
  }

  close(): void {
    this.#closing.abort()
    this.#acknowledge.clear()
  }

  #acknowledgeTo(dialog: DialogRecord, to: Hop): void {
    const { layer } = this.#context
    const { request } = requestInDialog(dialog, 'ACK', dialog.localSequence)
    layer.transmit(layer.prepare(request, to), to)
  }

  async #hangUp(dialog: DialogRecord, to: Hop): Promise<void> {
    const request = () => requestInDialog(dialog, 'BYE', dialog.localSequence + 1).request
    try {
      await oneAnswer(this.#context, { request, hops: [to] }, this.#closing.signal)
    } catch (error) {
      if (!(error instanceof TransactionFailed) && !this.#closing.signal.aborted) this.#context.fault(error)
    }
  }
}

/** As much of the INVITE as its answer tells. */
function inviteOf(response: ReceivedResponse): SipRequest {
  const { uri } = parseNameAddress(response.headers.get('To') ?? '')
  return { kind: 'request', method: 'INVITE', uri, headers: new SipHeaders(), body: noBody }
}
