import type { CarrierTest } from '@parley/contract/carriers'
import { type VendorAccount, type VendorKind, vendorKinds } from '@parley/contract/vendor-accounts'
import type { AccountId } from '../domain/ids.ts'
import type { Database } from '../store/database.ts'
import type { Sealing } from '../store/sealing.ts'
import {
  findVendorCarrier,
  openAccount,
  type VendorCarrier,
  vendorCarriers,
} from '../store/vendor-carriers.ts'
import { parseJson, textOf } from '../telephony/json-fields.ts'
import { plivo } from '../telephony/plivo/plivo.ts'
import type { IncomingStreamCall } from '../telephony/stream/incoming-call.ts'
import { Pulse } from '../telephony/stream/pulse.ts'
import { openRestClient, type RestClient } from '../telephony/stream/rest-client.ts'
import { testByRest } from '../telephony/stream/rest-test.ts'
import { StreamCarrier } from '../telephony/stream/stream-carrier.ts'
import { openStreamServer, type StreamServer } from '../telephony/stream/stream-server.ts'
import { telnyx } from '../telephony/telnyx/telnyx.ts'
import { twilio } from '../telephony/twilio/twilio.ts'
import type { Vendor } from '../telephony/vendor.ts'
import type { Config } from './config.ts'
import { streamUrl } from './line-settings.ts'

/** Who takes calls that vendors announce; null until the worker is up. */
export interface StreamReception {
  open: ((call: IncomingStreamCall, carrier: VendorCarrier) => void) | null
}

export interface StreamLineParts {
  readonly database: Database
  readonly sealing: Sealing
  readonly reception: StreamReception
  readonly onTrouble: (error: unknown) => void
}

/** One server for all vendors and accounts. */
export async function openStreamLines(config: Config, parts: StreamLineParts): Promise<StreamLines> {
  const server = await openStreamServer({
    host: config.PARLEY_STREAM_HOST,
    port: config.PARLEY_STREAM_PORT,
    publicUrl: streamUrl(config),
    findIncoming: key => lines.findIncoming(key),
    onTrouble: parts.onTrouble,
  })
  const lines: StreamLines = new StreamLines(config, { ...parts, server })
  return lines
}

/** The accounts at vendors, as this worker dials by them and is called by them. */
export class StreamLines implements AsyncDisposable {
  readonly #config: Config
  readonly #deps: StreamLineParts & { readonly server: StreamServer }
  readonly #rest: RestClient
  readonly #pulse: Pulse

  constructor(config: Config, deps: StreamLineParts & { readonly server: StreamServer }) {
    this.#config = config
    this.#deps = deps
    this.#rest = openRestClient()
    this.#pulse = new Pulse(deps.onTrouble)
  }

  carrier(row: VendorCarrier): StreamCarrier {
    const { server, onTrouble } = this.#deps
    return new StreamCarrier({
      vendor: this.#vendor(row),
      key: row.id,
      server,
      rest: this.#rest,
      pulse: this.#pulse,
      defaultFrom: this.#config.FROM_NUMBER ?? null,
      onTrouble,
    })
  }

  async test(row: VendorCarrier, signal: AbortSignal): Promise<CarrierTest> {
    return await testByRest(this.#vendor(row), this.#rest, signal)
  }

  /** Registers a carrier when the first call is announced by it. */
  async findIncoming(key: string): Promise<void> {
    const { database, reception } = this.#deps
    const row = await findVendorCarrier(database, key)
    if (row === null) return
    this.carrier(row).receive(call => {
      if (reception.open) reception.open(call, row)
      else call.refuse('busy')
    })
  }

  /**
   * Hangs up a call that another worker talked on. False: it was on no vendor's line. Every carrier that the account
   * has at the vendor is asked, since a call may have gone over to another; where it is unknown nothing happens.
   */
  async hangUp(lifeline: string, account: AccountId, signal: AbortSignal): Promise<boolean> {
    const kind = vendorKinds.find(known => known === textOf(parseJson(lifeline), 'carrier'))
    if (kind === undefined) return false
    const rows = await vendorCarriers(this.#deps.database, { account, kind })
    if (rows.length === 0) this.#deps.onTrouble(new Error(`a call over ${kind} has no carrier any more`))
    await Promise.all(rows.map(row => this.#hangUpAt(row, lifeline, signal).catch(this.#deps.onTrouble)))
    return true
  }

  async #hangUpAt(row: VendorCarrier, lifeline: string, signal: AbortSignal): Promise<void> {
    await this.carrier(row).hangUpLifeline(lifeline, signal)
  }

  #vendor(row: VendorCarrier): Vendor {
    return vendorOf(openAccount(row, this.#deps.sealing), apiUrls(this.#config))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#deps.server[Symbol.asyncDispose]()
    await this.#rest[Symbol.asyncDispose]()
  }
}

type ApiUrls = Readonly<Record<VendorKind, { apiUrl?: string }>>

function apiUrls({ TWILIO_URL, TELNYX_URL, PLIVO_URL }: Config): ApiUrls {
  const at = (apiUrl: string | undefined) => (apiUrl === undefined ? {} : { apiUrl })
  return { twilio: at(TWILIO_URL), telnyx: at(TELNYX_URL), plivo: at(PLIVO_URL) }
}

function vendorOf({ kind, account }: VendorAccount, urls: ApiUrls): Vendor {
  switch (kind) {
    case 'twilio': {
      const { account_sid: accountSid, auth_token: authToken, api_key: apiKey } = account
      return twilio({ accountSid, authToken, ...(apiKey ? { apiKey } : {}), ...urls.twilio })
    }
    case 'telnyx': {
      const { api_key: apiKey, connection_id: connectionId, public_key: publicKey } = account
      return telnyx({ apiKey, connectionId, publicKey, ...urls.telnyx })
    }
    case 'plivo':
      return plivo({ authId: account.auth_id, authToken: account.auth_token, ...urls.plivo })
  }
}
