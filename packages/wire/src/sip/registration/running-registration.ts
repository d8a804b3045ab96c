import { guarded, type AgentContext } from '../call/agent-context.ts'
import { TransactionFailed } from '../call/one-answer.ts'
import { DigestSession } from '../digest/digest-session.ts'
import type { ReceivedResponse } from '../message.ts'
import { newCallId, newTag } from '../tokens.ts'
import type { Hop } from '../transport.ts'
import { formatSipUri, parseSipUri } from '../uri.ts'
import { askRegistrar } from './ask-registrar.ts'
import { credentialsOf } from './registration.ts'
import { grantedSeconds, refreshAfterMs, retryAfterMs, seconds } from './registration-plan.ts'
import type { Registration, RegistrationOrder, RegistrationState } from './registration.ts'

const standardExpiresSeconds = 600
const farewellMs = 3_000
/** A NAT forgets a silent UDP flow after half a minute (RFC 5626 §4.4.2 asks for 24 to 29 s). */
const keepAliveMs = 25_000
const keepAlive = Buffer.from('\r\n\r\n')

interface Binding {
  readonly response: ReceivedResponse
  readonly contact: string
  readonly hop: Hop
}

export interface RegistrationWiring {
  /** From 0 up to 1. */
  readonly random: () => number
  closed(): void
}

/** One account at one registrar: registers, refreshes, backs off, and takes its leave. */
export class RunningRegistration implements Registration {
  readonly #context: AgentContext
  readonly #order: RegistrationOrder
  readonly #wiring: RegistrationWiring
  readonly #digest: DigestSession
  readonly #callId = newCallId()
  readonly #tag = newTag()
  readonly #closing = new AbortController()
  readonly #running: Promise<void>
  #sequence = 0
  #expiresSeconds: number
  /** Our address as the registrar sees it, where a NAT changes it. */
  #mapped: { readonly host: string; readonly port: number } | undefined
  /** A binding under an address that turned out to be of no use. */
  #retired: string | undefined
  #binding: Binding | undefined
  #failures = 0
  #wake = (): void => undefined
  #keepAlive: NodeJS.Timeout | undefined
  #closed: Promise<void> | undefined

  /** Throws SipParseError for an order whose URIs cannot be read. */
  constructor(context: AgentContext, order: RegistrationOrder, wiring: RegistrationWiring) {
    parseSipUri(order.registrar)
    this.#context = context
    this.#order = order
    this.#wiring = wiring
    this.#expiresSeconds = order.expiresSeconds ?? standardExpiresSeconds
    this.#digest = new DigestSession(credentialsOf(order))
    this.#retired = order.formerContact
    this.#running = this.#run()
  }

  refresh(): void {
    this.#wake()
  }

  /** The connection on which calls should come is gone (RFC 5626 §4.2). */
  disconnected(remote: Hop): void {
    const hop = this.#binding?.hop
    if (hop?.protocol === remote.protocol && hop.host === remote.host && hop.port === remote.port)
      this.#wake()
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.#closed ??= this.#close()
    return this.#closed
  }

  async #run(): Promise<void> {
    while (!this.#closing.signal.aborted) {
      const waitMs = await this.#once().catch((error: unknown) => this.#failed(error))
      if (waitMs > 0) await this.#sleep(waitMs)
    }
  }

  /** Returns how long the registration may rest, in milliseconds. */
  async #once(): Promise<number> {
    const binding = await this.#ask(this.#expiresSeconds, this.#closing.signal)
    const { response, contact, hop } = binding
    if (response.status === 423) return this.#stretch(response)
    if (response.status >= 300) return this.#failed(response)
    this.#failures = 0
    this.#binding = binding
    this.#retired = undefined
    if (this.#learnMapping(response, hop)) {
      this.#retired = contact
      return 0
    }
    this.#hold(hop)
    const granted = grantedSeconds(response, contact, this.#expiresSeconds)
    this.#tell({ status: 'registered', contact, expiresSeconds: granted })
    return refreshAfterMs(granted)
  }

  /** RFC 3261 §10.2.8: the registrar wants fewer refreshes. */
  #stretch(response: ReceivedResponse): number {
    const least = seconds(response.headers.get('Min-Expires')) ?? 0
    if (least <= this.#expiresSeconds) return this.#failed(response)
    this.#expiresSeconds = least
    return 0
  }

  #failed(trouble: unknown): number {
    if (this.#closing.signal.aborted) return 0
    this.#failures += 1
    this.#release()
    const response = isResponse(trouble) ? trouble : undefined
    if (!response && !(trouble instanceof TransactionFailed)) this.#context.fault(trouble)
    const retryInMs = retryAfterMs(
      this.#failures,
      seconds(response?.headers.get('Retry-After')),
      this.#wiring.random(),
    )
    const { status: code = 0, reason = 'the registrar can not be reached' } = response ?? {}
    this.#tell({ status: 'failed', code, reason, failures: this.#failures, retryInMs })
    return retryInMs
  }

  async #ask(expiresSeconds: number, signal: AbortSignal): Promise<Binding> {
    let used: { hop: Hop; contact: string } | undefined
    const response = await askRegistrar(this.#context, this.#order, {
      callId: this.#callId,
      tag: this.#tag,
      nextSequence: () => (this.#sequence += 1),
      digest: this.#digest,
      bindings: hop => {
        used = { hop, contact: this.#contact(hop) }
        return this.#bindings(used.contact, expiresSeconds)
      },
      signal,
    })
    if (!used) throw new Error('a registrar answered what was not asked')
    return { response, ...used }
  }

  #bindings(contact: string, expiresSeconds: number): (readonly [name: string, value: string])[] {
    return [
      ['Contact', `<${contact}>`],
      ...(this.#retired === undefined || this.#retired === contact
        ? []
        : [['Contact', `<${this.#retired}>;expires=0`] as const]),
      ['Expires', String(expiresSeconds)],
    ]
  }

  #contact(hop: Hop): string {
    const own = parseSipUri(this.#context.contact(hop, this.#order.registrar))
    const { contactUser, username } = this.#order
    const user = encodeURIComponent(contactUser ?? username).replaceAll('%2B', '+')
    return formatSipUri({ ...own, user, ...(hop.protocol === 'udp' ? this.#mapped : {}) })
  }

  /** True when the registrar sees us elsewhere than we said, so that a call could not come back (RFC 3581 §9). */
  #learnMapping(response: ReceivedResponse, hop: Hop): boolean {
    if (hop.protocol !== 'udp') return false
    const { parameters } = response.envelope.via
    const own = parseSipUri(this.#contact(hop))
    const host = parameters.get('received') ?? own.host
    const port = Number(parameters.get('rport') || own.port)
    if (!Number.isInteger(port) || (host === own.host && port === own.port)) return false
    // Someone who changes our address each time gets one correction per refresh and no more.
    const settled = this.#mapped !== undefined
    this.#mapped = { host, port }
    return !settled
  }

  #hold(hop: Hop): void {
    clearInterval(this.#keepAlive)
    if (hop.protocol !== 'udp') return
    this.#keepAlive = setInterval(() => this.#context.layer.transmit(keepAlive, hop), keepAliveMs)
  }

  #release(): void {
    clearInterval(this.#keepAlive)
    this.#binding = undefined
  }

  #sleep(waitMs: number): Promise<void> {
    return new Promise(resolve => {
      const timer = setTimeout(resolve, waitMs)
      this.#wake = () => {
        clearTimeout(timer)
        resolve()
      }
      if (this.#closing.signal.aborted) this.#wake()
    })
  }

  async #close(): Promise<void> {
    const bound = this.#binding !== undefined
    this.#closing.abort(new Error('the registration ends'))
    this.#wake()
    await this.#running
    this.#release()
    // A registrar that stays silent forgets the binding by itself.
    if (bound) await this.#ask(0, AbortSignal.timeout(farewellMs)).catch(() => undefined)
    this.#tell({ status: 'unregistered' })
    this.#wiring.closed()
  }

  #tell(state: RegistrationState): void {
    guarded(this.#context, () => this.#order.onState(state))
  }
}

const isResponse = (trouble: unknown): trouble is ReceivedResponse =>
  typeof trouble === 'object' && trouble !== null && 'kind' in trouble && trouble.kind === 'response'
