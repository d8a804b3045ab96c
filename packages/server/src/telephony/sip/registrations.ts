import { randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Registration, RegistrationState, UserAgent } from '@parley/wire/sip/user-agent'
import type { CarrierId } from '../../domain/ids.ts'
import type { SipAccount } from './register-test.ts'

/** A trunk that this worker is to keep registered. */
export interface RegisteredTrunk {
  readonly id: CarrierId
  /** Throws where its password cannot be read. */
  readonly account: () => SipAccount
  /** Bound at the registrar by a worker that held the trunk before. */
  readonly formerContact: string | null
}

export interface RegistrationsDeps {
  readonly userAgent: Pick<UserAgent, 'register'>
  /** Those that this worker holds now. While it rejects, everything stays as it is. */
  readonly held: () => Promise<readonly RegisteredTrunk[]>
  readonly note: (trunk: CarrierId, state: RegistrationState) => Promise<void>
  readonly onTrouble: (error: unknown) => void
}

/** How long a new trunk, or one whose worker was lost, waits at most. */
const lookEveryMs = 2_000
/** A binding of a worker that was killed is gone after this, where its successor cannot take it back. */
const expiresSeconds = 300

interface Kept {
  /** The user part of our Contact, which only the registrar knows. */
  readonly user: string
  readonly registration: Registration
}

/**
 * The trunks that this worker keeps registered. Who holds which is decided elsewhere; here the registrations follow
 * it: what is held is registered, what is held no more takes its binding back.
 */
export class Registrations implements AsyncDisposable {
  readonly #deps: RegistrationsDeps
  readonly #kept = new Map<CarrierId, Kept>()
  readonly #byUser = new Map<string, CarrierId>()
  readonly #over = new AbortController()
  readonly #running: Promise<void>

  constructor(deps: RegistrationsDeps) {
    this.#deps = deps
    this.#running = this.#run()
  }

  /** The trunk whose registrar sent a call to this request URI: it names what was bound there. Null: none. */
  trunkOf(requestUri: string): CarrierId | null {
    const user = /^sips?:([^@:;]+)@/i.exec(requestUri)?.[1] ?? ''
    return this.#byUser.get(user) ?? null
  }

  /** Takes all bindings back, within a few seconds. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#over.abort()
    await this.#running
    await Promise.all([...this.#kept.keys()].map(trunk => this.#drop(trunk)))
  }

  async #run(): Promise<void> {
    const { signal } = this.#over
    while (!signal.aborted) {
      await this.#look().catch(this.#deps.onTrouble)
      await sleep(lookEveryMs, undefined, { signal }).catch(() => undefined)
    }
  }

  async #look(): Promise<void> {
    const held = await this.#deps.held()
    if (this.#over.signal.aborted) return
    const ids = new Set(held.map(trunk => trunk.id))
    for (const trunk of this.#kept.keys()) if (!ids.has(trunk)) void this.#drop(trunk)
    for (const trunk of held) if (!this.#kept.has(trunk.id)) this.#keep(trunk)
  }

  #keep(trunk: RegisteredTrunk): void {
    const user = randomBytes(12).toString('hex')
    try {
      const { id, formerContact } = trunk
      let noted: Promise<void> = Promise.resolve()
      const registration = this.#deps.userAgent.register({
        ...trunk.account(),
        contactUser: user,
        expiresSeconds,
        ...(formerContact === null ? {} : { formerContact }),
        onState: state => {
          noted = noted.then(() => this.#deps.note(id, state)).catch(this.#deps.onTrouble)
        },
      })
      this.#kept.set(id, { user, registration })
      this.#byUser.set(user, id)
    } catch (error) {
      this.#deps.onTrouble(error)
    }
  }

  async #drop(trunk: CarrierId): Promise<void> {
    const kept = this.#kept.get(trunk)
    if (!kept) return
    this.#kept.delete(trunk)
    await kept.registration[Symbol.asyncDispose]()
    this.#byUser.delete(kept.user)
  }
}
