import { lookup } from 'node:dns/promises'
import { isIP } from 'node:net'
import type { MediaEngine } from '@parley/wire/rtp/media-engine'
import type { IncomingCall } from '@parley/wire/sip/user-agent'
import type { Logger } from 'pino'
import { receiveCall, type ReceiveDeps } from '../dialer/receive-call.ts'
import type { Catalogue } from '../domain/catalogue.ts'
import type { NodeId } from '../domain/ids.ts'
import { planInboundCall } from '../intake/receive-call.ts'
import type { Database } from '../store/database.ts'
import { findAnsweredNumber, inboundAddresses } from '../store/inbound-numbers.ts'
import type { SipTrunk } from '../telephony/sip/sip-carrier.ts'
import { SipArrival } from '../telephony/sip/sip-arrival.ts'

export interface ReceptionDeps extends Pick<ReceiveDeps, 'hasRoom' | 'hold'> {
  readonly database: Database
  readonly catalogue: Catalogue
  readonly nodeId: NodeId
  readonly media: MediaEngine
  readonly mediaHost: string
  /** SIP_TRUNK, whose calls are taken too. Null: none. */
  readonly settings: SipTrunk | null
  readonly log: Logger
}

/** Takes the calls that come in by SIP. */
export function openReception(deps: ReceptionDeps): (call: IncomingCall) => void {
  const { database, catalogue, nodeId, hasRoom, hold, log } = deps
  const settingsAddress = remembered(() => addressOf(deps.settings))
  const carrierAddresses = remembered(async () => new Set(await inboundAddresses(database)))
  const receiving: ReceiveDeps = {
    isCarrier: async source => (await carrierAddresses()).has(source) || (await settingsAddress()) === source,
    findNumber: async (number, source) =>
      await findAnsweredNumber(database, {
        number,
        source,
        isSettingsTrunk: (await settingsAddress()) === source,
      }),
    accept: ringing => planInboundCall({ database, nodeId, catalogue: () => catalogue }, ringing),
    hasRoom,
    hold,
    log,
  }
  return call => void receiveCall(new SipArrival(call, deps), receiving)
}

/** Strangers may knock as often as they like: what decides on them is looked up this often at most. */
const rememberedMs = 2_000

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

async function addressOf(trunk: SipTrunk | null): Promise<string | null> {
  const host = /^sip:(\[[^\]]+\]|[^:;]+)/.exec(trunk?.uri ?? '')?.[1]?.replace(/^\[|\]$/g, '')
  if (host === undefined || isIP(host)) return host ?? null
  return await lookup(host).then(
    found => found.address,
    () => null,
  )
}
