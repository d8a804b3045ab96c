/**
 * REFER inside a call (RFC 3515, RFC 5589), both ways: asking the other side to call somebody else, and being asked to.
 * How the referred call goes comes back in NOTIFY as a piece of a SIP response (RFC 3420).
 */
import type { DialogRecord } from '../dialog/dialog-record.ts'
import type { ReceivedRequest } from '../message.ts'
import { parseNameAddress } from '../name-address.ts'
import { orAborted } from '../or-aborted.ts'
import { reasonPhrase } from '../reason-phrases.ts'
import type { ServerTransaction } from '../transaction/server-transaction.ts'
import { formatSipUri, parseSipUri } from '../uri.ts'
import { guarded, type AgentContext } from './agent-context.ts'
import type { LiveDialog } from './live-dialog.ts'

export interface ReferOrder {
  /** The SIP URI to be called. */
  readonly target: string
  /** Attended transfer: a call of ours to `target`, whose place the other side takes (RFC 3891). */
  readonly replaces?: DialogRecord
  /** Called for each status of the referred call. */
  readonly onProgress?: (status: number) => void
}

export interface ReferOutcome {
  /** Whether the other side was willing to try. */
  readonly accepted: boolean
  /** Of the REFER when it was refused; otherwise the last that was told of the referred call, 0 when nothing was. */
  readonly status: number
}

/** The other side wants us to call somebody. */
export interface IncomingRefer {
  readonly target: string
  /** Value of the Replaces that our INVITE has to carry. */
  readonly replaces?: string
  readonly referredBy?: string
  /** Answers 202. What is reported goes to the other side; a final status ends it. */
  accept(): { report(status: number, reason?: string): void }
  reject(status?: number): void
}

interface Waiting {
  status: number
  readonly onProgress: ((status: number) => void) | undefined
  readonly done: () => void
}

const sipfrag = 'message/sipfrag;version=2.0'

export class Referrals {
  readonly #context: AgentContext
  readonly #dialog: LiveDialog
  #waiting: Waiting | undefined
  #listener: ((refer: IncomingRefer) => void) | undefined

  constructor(context: AgentContext, dialog: LiveDialog) {
    this.#context = context
    this.#dialog = dialog
  }

  onRefer(listener: (refer: IncomingRefer) => void): void {
    this.#listener = listener
  }

  /** One at a time: NOTIFY says which REFER it belongs to only where there were several. */
  async refer(order: ReferOrder, signal: AbortSignal): Promise<ReferOutcome> {
    if (this.#waiting) throw new Error('the other side was asked to refer already')
    const told = Promise.withResolvers<void>()
    const waiting: Waiting = { status: 0, onProgress: order.onProgress, done: told.resolve }
    this.#waiting = waiting
    try {
      const headers: [string, string][] = [
        ['Contact', `<${this.#dialog.record.localTarget}>`],
        ['Refer-To', `<${referTo(order)}>`],
        ['Referred-By', this.#dialog.record.localParty],
      ]
      const response = await this.#dialog.ask('REFER', { headers }, signal)
      if (response.status >= 300) return { accepted: false, status: response.status }
      await orAborted(told.promise, signal)
      return { accepted: true, status: waiting.status }
    } finally {
      this.#waiting = undefined
    }
  }

  notified(transaction: ServerTransaction): void {
    const { headers, body } = transaction.request
    const waiting = this.#waiting
    const isRefer = /^\s*refer\b/i.test(headers.get('Event') ?? '')
    if (!isRefer) return transaction.respond({ status: 489, headers: [['Allow-Events', 'refer']] })
    transaction.respond({ status: waiting ? 200 : 481 })
    if (!waiting) return
    const status = Number(
      /^\s*SIP\/2\.0 (\d{3})\b/i.exec(body.toString('latin1', 0, 200))?.[1] ?? waiting.status,
    )
    waiting.status = status
    if (status > 0) guarded(this.#context, () => waiting.onProgress?.(status))
    const over = /^\s*terminated\b/i.test(headers.get('Subscription-State') ?? '')
    if (over || status >= 200) waiting.done()
  }

  request(transaction: ServerTransaction): void {
    const listener = this.#listener
    if (!listener) return transaction.respond({ status: 603 })
    const wanted = readReferTo(transaction.request)
    if (!wanted) return transaction.respond({ status: 400, reason: 'Refer-To is malformed' })
    let open = true
    const once = (answer: () => void): void => {
      if (open) answer()
      open = false
    }
    const refer: IncomingRefer = {
      ...wanted,
      reject: (status = 603) => once(() => transaction.respond({ status })),
      accept: () => {
        once(() =>
          transaction.respond({
            status: 202,
            headers: [['Contact', `<${this.#dialog.record.localTarget}>`]],
          }),
        )
        return this.#reporter(transaction.request.envelope.sequence)
      },
    }
    guarded(this.#context, () => listener(refer))
  }

  /** The call is over: nobody will tell us more. */
  end(): void {
    this.#waiting?.done()
  }

  #reporter(id: number): { report(status: number, reason?: string): void } {
    let over = false
    const report = (status: number, reason = reasonPhrase(status)): void => {
      if (over) return
      over = status >= 200
      const state = over ? 'terminated;reason=noresource' : 'active;expires=180'
      const content = {
        headers: [
          ['Contact', `<${this.#dialog.record.localTarget}>`],
          ['Event', `refer;id=${id}`],
          ['Subscription-State', state],
          ['Content-Type', sipfrag],
        ] as const,
        body: Buffer.from(`SIP/2.0 ${status} ${reason}\r\n`),
      }
      this.#dialog.ask('NOTIFY', content, new AbortController().signal).catch(this.#context.fault)
    }
    report(100)
    return { report }
  }
}

function referTo({ target, replaces }: ReferOrder): string {
  const uri = parseSipUri(target)
  if (!replaces) return formatSipUri(uri)
  const { callId, remoteTag, localTag } = replaces
  // RFC 3891 §3: the tags as the one sees them who gets the INVITE.
  const value = `${callId};to-tag=${remoteTag};from-tag=${localTag}`
  return formatSipUri({ ...uri, headers: `Replaces=${encodeURIComponent(value)}` })
}

function readReferTo(
  request: ReceivedRequest,
): Pick<IncomingRefer, 'target' | 'replaces' | 'referredBy'> | undefined {
  try {
    const { headers, ...uri } = parseSipUri(parseNameAddress(request.headers.get('Refer-To') ?? '').uri)
    const fields = new Map((headers ?? '').split('&').map(nameAndValue))
    const replaces = fields.get('replaces')
    const referredBy = request.headers.get('Referred-By')
    return {
      target: formatSipUri(uri),
      ...(replaces === undefined ? {} : { replaces: decodeURIComponent(replaces) }),
      ...(referredBy === undefined ? {} : { referredBy }),
    }
  } catch {
    // A URI that is none, or percent signs that mean nothing: theirs to mend.
    return undefined
  }
}

function nameAndValue(field: string): [name: string, value: string] {
  const equals = field.indexOf('=')
  return [field.slice(0, Math.max(equals, 0)).toLowerCase(), field.slice(equals + 1)]
}
