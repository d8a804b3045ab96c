import type { MediaEngine } from '@parley/wire/rtp/media-engine'
import type { IncomingCall } from '@parley/wire/sip/user-agent'
import type { Logger } from 'pino'
import { receiveCall, type ReceiveDeps } from '../dialer/receive-call.ts'
import type { Catalogue } from '../domain/catalogue.ts'
import type { NodeId } from '../domain/ids.ts'
import { planInboundCall } from '../intake/receive-call.ts'
import type { Database } from '../store/database.ts'
import type { Registrations } from '../telephony/sip/registrations.ts'
import { SipArrival } from '../telephony/sip/sip-arrival.ts'
import type { Speaks } from '../telephony/sip/sip-leg.ts'
import type { InboundScreen } from './inbound-screen.ts'

export interface ReceptionDeps extends Pick<ReceiveDeps, 'hasRoom' | 'hold'>, Required<Speaks> {
  readonly database: Database
  readonly catalogue: Catalogue
  readonly nodeId: NodeId
  readonly media: MediaEngine
  readonly screen: InboundScreen
  readonly registrations: Pick<Registrations, 'trunkOf'>
  readonly log: Logger
}

/** Takes the calls that come in by SIP. */
export function openReception(deps: ReceptionDeps): (call: IncomingCall) => void {
  const { database, catalogue, nodeId, hasRoom, hold, log } = deps
  const { media, mediaHost, codecs, screen, registrations } = deps
  return call => {
    const registered = registrations.trunkOf(call.requestUri)
    const arrival = new SipArrival(call, { media, mediaHost, codecs, isRegistered: registered !== null })
    const receiving: ReceiveDeps = {
      findNumber: () => screen.admit(call, { arrival, registered }),
      accept: ringing => planInboundCall({ database, nodeId, catalogue: () => catalogue }, ringing),
      hasRoom,
      hold,
      log,
    }
    void receiveCall(arrival, receiving)
  }
}
