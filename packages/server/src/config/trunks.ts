import type { CarrierTest } from '@parley/contract/carriers'
import type { MediaEngine } from '@parley/wire/rtp/media-engine'
import type { UserAgent } from '@parley/wire/sip/user-agent'
import type { CarrierTestId } from '../domain/ids.ts'
import type { ClaimedCall } from '../store/attempts.ts'
import { admitToTrunk } from '../store/admission.ts'
import { findCarrierTest, keepCarrierTest, type TestedCarrier } from '../store/carrier-tests.ts'
import type { Database } from '../store/database.ts'
import { whenInReach } from '../store/reach.ts'
import type { Sealing } from '../store/sealing.ts'
import {
  credentialsOf,
  type Gateway,
  isLimited,
  type OutboundTrunk,
  outboundTrunks,
  type SealedCredentials,
} from '../store/trunks.ts'
import { FailoverCarrier, type Trunk } from '../telephony/failover-carrier.ts'
import type { Carrier, DialRequest } from '../telephony/port.ts'
import { testByOptions } from '../telephony/sip/options-test.ts'
import { type SipAccount, testByRegister } from '../telephony/sip/register-test.ts'
import { SipCarrier, type SipTrunk } from '../telephony/sip/sip-carrier.ts'
import type { Speaks } from '../telephony/sip/sip-leg.ts'
import { TrunkWatch } from '../telephony/trunk-watch.ts'
import type { StreamLines } from './stream-lines.ts'

export interface TrunkDeps extends Speaks {
  readonly database: Database
  readonly sealing: Sealing
  readonly userAgent: UserAgent
  readonly media: MediaEngine
  /** SIP_TRUNK: for accounts without carriers of their own. Null: none. */
  readonly settings: SipTrunk | null
  /** Carriers that are called by a vendor's API. */
  readonly streams: StreamLines
}

/** The call's own, or the one to whoever the callee is connected with. */
type Line = 'first' | 'second'

/** Less than who asked waits, so that silence is told too. */
const testDeadlineMs = 7_000

/** The trunks of every account, as this worker uses them. */
export class Trunks {
  readonly #deps: TrunkDeps
  readonly #watch = new TrunkWatch(() => performance.now())

  constructor(deps: TrunkDeps) {
    this.#deps = deps
  }

  /**
   * Dials one claimed call: on the trunk that it has a place on, and where that fails on the account's others. They are
   * read beside the opening of its voice.
   */
  carrierFor(call: ClaimedCall): Carrier {
    if (call.trunk === null) return this.#carrierOver(call, null)
    const trunks = this.#read(call)
    trunks.catch(() => undefined) // Told by the dial, if it comes to one.
    return this.#carrierOver(call, trunks)
  }

  #carrierOver(call: ClaimedCall, trunks: Promise<OutboundTrunk[]> | null): Carrier {
    let first = trunks
    return {
      dial: async (request, signal) => {
        const known = first
        first = null
        const trunks = await this.#choose(call, request, { line: 'first', known })
        return await trunks.dial(request, signal)
      },
    }
  }

  /** Dials somebody whom the call is to be connected with: a line of its own, with a place and a turn of its own. */
  secondCarrierFor(call: ClaimedCall): Carrier {
    return {
      dial: async (request, signal) => {
        const trunks = await this.#choose(call, request, { line: 'second', known: null })
        return await trunks.dial(request, signal)
      },
    }
  }

  #read({ plan }: ClaimedCall): Promise<OutboundTrunk[]> {
    const { database } = this.#deps
    return whenInReach(() => outboundTrunks(database, { account: plan.accountId, from: plan.from }))
  }

  async #choose(
    call: ClaimedCall,
    { to }: DialRequest,
    { line, known }: { line: Line; known: Promise<OutboundTrunk[]> | null },
  ): Promise<Carrier> {
    if ((call.trunk === null && line === 'first') || /^sips?:/.test(to)) return this.#carrier(null)
    const trunks = await (known ?? this.#read(call))
    const claimed = trunks.filter(trunk => trunk.id === call.trunk)
    const others = trunks.filter(trunk => trunk.id !== call.trunk)
    return new FailoverCarrier({
      trunks: [...claimed, ...others].map(trunk => this.#trunk(trunk, call, line)),
      watch: this.#watch,
      clock: () => performance.now(),
    })
  }

  #trunk(row: OutboundTrunk, call: ClaimedCall, line: Line): Trunk {
    const { database } = this.#deps
    const second = line === 'second'
    const hasPlace = (second || row.id === call.trunk) && !isLimited(row)
    return {
      id: row.id,
      ...this.#lineOf(row),
      admit: async () =>
        hasPlace
          ? { kind: 'admitted' }
          : await whenInReach(() =>
              admitToTrunk(database, { trunk: row.id, call: call.id, dialing: true, second }),
            ),
    }
  }

  #lineOf(row: OutboundTrunk): Pick<Trunk, 'carrier' | 'probe'> {
    const { sealing, userAgent, settings, streams } = this.#deps
    const { gateway, vendor } = row
    if (vendor !== null) {
      return {
        carrier: streams.carrier(vendor),
        probe: async signal => (await streams.test(vendor, signal)).ok,
      }
    }
    const trunk =
      gateway === null
        ? settings
        : {
            uri: uriOf(gateway),
            credentials: credentialsOf(row.account, sealing),
            srtp: gateway.srtp,
          }
    return {
      carrier: this.#carrier(trunk),
      probe: async signal => trunk !== null && (await testByOptions(userAgent, trunk.uri, signal)).ok,
    }
  }

  #carrier(trunk: SipTrunk | null): Carrier {
    return new SipCarrier({ ...this.#deps, trunk })
  }

  /** Asks a carrier whether it is there, for somebody who waits for the answer. */
  async test(id: CarrierTestId): Promise<void> {
    const { database } = this.#deps
    const tested = await findCarrierTest(database, id)
    if (tested === null) return
    await keepCarrierTest(database, id, await this.#ask(tested, AbortSignal.timeout(testDeadlineMs)))
  }

  async #ask(tested: TestedCarrier, deadline: AbortSignal): Promise<CarrierTest> {
    const { userAgent, streams, sealing } = this.#deps
    if ('vendor' in tested) return await streams.test(tested.vendor, deadline)
    if (!tested.registers) return await testByOptions(userAgent, uriOf(tested.gateway), deadline)
    return await testByRegister(userAgent, sipAccountOf(tested, sealing), deadline)
  }
}

/** The account at a carrier that wants us to register. Throws where its password cannot be read. */
export function sipAccountOf(
  { gateway, account }: { readonly gateway: Gateway; readonly account: SealedCredentials },
  sealing: Sealing,
): SipAccount {
  const credentials = credentialsOf(account, sealing)
  if (credentials === null) throw new Error('a trunk that registers has no password')
  return { registrar: uriOf(gateway), ...credentials }
}

function uriOf({ host, port, transport }: Gateway): string {
  const parameter = transport === 'udp' ? '' : `;transport=${transport}`
  return `sip:${host.includes(':') ? `[${host}]` : host}:${port}${parameter}`
}
