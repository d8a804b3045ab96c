import { lookup } from 'node:dns/promises'
import { isIP } from 'node:net'
import type { Credentials } from '@parley/wire/sip/digest/digest-response'
import { DigestGuard, type Proof } from '@parley/wire/sip/digest/digest-guard'
import type { IncomingCall } from '@parley/wire/sip/user-agent'
import type { CarrierId } from '../domain/ids.ts'
import type { Database } from '../store/database.ts'
import {
  type AnsweredNumber,
  findAnsweredNumber,
  type InboundCarrier,
  inboundCarriers,
} from '../store/inbound-numbers.ts'
import type { Sealing } from '../store/sealing.ts'
import { credentialsOf } from '../store/trunks.ts'
import type { Refusal } from '../telephony/port.ts'
import type { SipArrival } from '../telephony/sip/sip-arrival.ts'

export interface InboundScreenDeps {
  readonly database: Database
  readonly sealing: Sealing
  /** `sip:` addresses that count as the trunk of the settings: SIP_TRUNK itself, and a proxy in front of us. */
  readonly settingsUris: readonly string[]
  readonly onTrouble: (error: unknown) => void
}

/** Strangers may knock as often as they like: what decides on them is looked up this often at most. */
const rememberedMs = 2_000
const realm = 'Parley'

/**
 * Who may call in: by the address that packets come from, by what we bound at a registrar, and by digest where a
 * carrier wants its calls proved. Who is none of these, or proves nothing, gets one and the same answer whatever
 * number is called.
 */
export class InboundScreen {
  readonly #deps: InboundScreenDeps
  readonly #guard = new DigestGuard(realm, () => performance.now())
  readonly #carriers: () => Promise<readonly InboundCarrier[]>
  readonly #settingsAddresses: () => Promise<ReadonlySet<string>>
  #known: ReadonlySet<string> = new Set()

  constructor(deps: InboundScreenDeps) {
    this.#deps = deps
    this.#carriers = remembered(() => inboundCarriers(deps.database))
    this.#settingsAddresses = remembered(async () => new Set(await addressesOf(deps.settingsUris)))
  }

  /** Whether packets of this address are as good as a carrier's. As of the latest `learn`: quick enough for each packet. */
  readonly knows = (host: string): boolean => this.#known.has(host)

  /** Looks up whom to know. */
  async learn(): Promise<void> {
    const [carriers, settings] = await Promise.all([this.#carriers(), this.#settingsAddresses()])
    this.#known = new Set([...settings, ...carriers.map(carrier => carrier.host)])
  }

  /** Who answers the call. `registered`: the trunk whose registrar brought it; null: known by its address alone. */
  async admit(
    call: IncomingCall,
    { arrival, registered }: { arrival: SipArrival; registered: CarrierId | null },
  ): Promise<AnsweredNumber | Refusal | 'challenged'> {
    const isSettingsTrunk = (await this.#settingsAddresses()).has(arrival.source)
    const carriers = await this.#carriersOf(arrival.source, registered)
    if (carriers.length === 0 && !isSettingsTrunk) return 'forbidden'
    const proof = this.#check(call, carriers)
    const admitted = carriers.filter(carrier => carrier.proof === null || this.#isProved(carrier, proof))
    const number = await findAnsweredNumber(this.#deps.database, {
      number: arrival.to,
      carriers: admitted.map(({ id }) => id),
      isSettingsTrunk,
    })
    if (number === null) {
      if (proof.type === 'good' || admitted.length === carriers.length) return 'unknown'
      const stale = proof.type === 'missing' && proof.stale
      arrival.challenge(this.#guard.challenges(askedOf(call), stale))
      return 'challenged'
    }
    const mustProtect = carriers.some(({ id, srtp }) => id === number.trunk && srtp)
    return mustProtect && !arrival.protect() ? 'unprotected' : number
  }

  async #carriersOf(source: string, registered: CarrierId | null): Promise<InboundCarrier[]> {
    const all = await this.#carriers()
    return all.filter(({ id, host }) => (registered === null ? host === source : id === registered))
  }

  #check(call: IncomingCall, carriers: readonly InboundCarrier[]): Proof {
    const authorization = call.headers.get('authorization') ?? []
    const asked = { ...askedOf(call), method: 'INVITE', authorization }
    return this.#guard.check(asked, username =>
      carriers.flatMap(carrier => this.#credentials(carrier) ?? []).filter(one => one.username === username),
    )
  }

  #isProved(carrier: InboundCarrier, proof: Proof): boolean {
    if (proof.type !== 'good') return false
    const own = this.#credentials(carrier)
    return own?.username === proof.by.username && own.password === proof.by.password
  }

  /** One carrier whose password cannot be read must not shut out the others. */
  #credentials({ proof }: InboundCarrier): Credentials | null {
    try {
      return proof && credentialsOf(proof, this.#deps.sealing)
    } catch (error) {
      this.#deps.onTrouble(error)
      return null
    }
  }
}

const askedOf = ({ callId, source }: IncomingCall) => ({ callId, source: source.host })

function remembered<Value>(look: () => Promise<Value>): () => Promise<Value> {
  let known: Promise<Value> | undefined
  let until = 0
  return () => {
    if (known && performance.now() < until) return known
    const looked = look()
    known = looked
    until = performance.now() + rememberedMs
    looked.catch(() => {
      if (known === looked) known = undefined
    })
    return looked
  }
}

async function addressesOf(uris: readonly string[]): Promise<string[]> {
  const found = await Promise.all(uris.map(addressOf))
  return found.flatMap(address => address ?? [])
}

async function addressOf(uri: string): Promise<string | null> {
  const host = /^sip:(\[[^\]]+\]|[^:;]+)/.exec(uri)?.[1]?.replace(/^\[|\]$/g, '')
  if (host === undefined || isIP(host)) return host ?? null
  return await lookup(host).then(
    found => found.address,
    () => null,
  )
}
