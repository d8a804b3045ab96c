import { dialogFromAnswer } from '../dialog/dialog-record.ts'
import type { DigestSession } from '../digest/digest-session.ts'
import type { ReceivedResponse, SipRequest } from '../message.ts'
import type { Hop } from '../transport.ts'
import type { AgentContext } from './agent-context.ts'
import { askInDialog } from './one-answer.ts'

interface Early {
  /** RSeq of the latest provisional answer that was acknowledged. */
  latest: number
  /** CSeq of our latest request in this early dialog. */
  sequence: number
}

/** The caller's side of RFC 3262: acknowledges provisional answers that must not be lost, each once and in order. */
export class ReliableProgress {
  readonly #context: AgentContext
  readonly #digest: DigestSession | undefined
  /** By To tag: each fork counts for itself. */
  readonly #early = new Map<string, Early>()

  constructor(context: AgentContext, digest: DigestSession | undefined) {
    this.#context = context
    this.#digest = digest
  }

  /** False for a copy, or one that came before its predecessor: it will come again. */
  take(response: ReceivedResponse, invite: SipRequest, hop: Hop): boolean {
    const number = reliableNumber(response)
    if (number === undefined) return true
    const tag = response.envelope.toTag ?? ''
    const known = this.#early.get(tag)
    if (known && number !== known.latest + 1) return false
    const early = known ?? { latest: 0, sequence: response.envelope.sequence }
    early.latest = number
    this.#early.set(tag, early)
    this.#acknowledge(response, invite, { early, number, hop })
    return true
  }

  /** CSeq of our latest request in the dialog with that tag, INVITE included. */
  latestSequence(tag: string, inviteSequence: number): number {
    return Math.max(inviteSequence, this.#early.get(tag)?.sequence ?? 0)
  }

  #acknowledge(
    response: ReceivedResponse,
    invite: SipRequest,
    { early, number, hop }: { early: Early; number: number; hop: Hop },
  ): void {
    const order = {
      dialog: dialogFromAnswer(invite, response, hop),
      method: 'PRACK',
      nextSequence: () => (early.sequence += 1),
      headers: [
        ['RAck', `${number} ${response.envelope.sequence} INVITE`],
        ['User-Agent', this.#context.name],
      ] as const,
      digest: this.#digest,
    }
    askInDialog(this.#context, order, new AbortController().signal).catch(this.#context.fault)
  }
}

function reliableNumber({ headers, status }: ReceivedResponse): number | undefined {
  const required = headers.list('Require').some(option => option.toLowerCase() === '100rel')
  const number = headers.get('RSeq') ?? ''
  return required && status > 100 && /^\d{1,10}$/.test(number) ? Number(number) : undefined
}
