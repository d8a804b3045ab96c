import type { Logger } from 'pino'
import { receiveCall, type ReceiveDeps } from '../dialer/receive-call.ts'
import type { Catalogue } from '../domain/catalogue.ts'
import type { NodeId } from '../domain/ids.ts'
import { planInboundCall } from '../intake/receive-call.ts'
import type { Database } from '../store/database.ts'
import { findNumberOfCarrier } from '../store/inbound-numbers.ts'
import { StreamArrival } from '../telephony/stream/stream-arrival.ts'
import type { StreamReception } from './stream-lines.ts'

export interface StreamReceptionDeps extends Pick<ReceiveDeps, 'hasRoom' | 'hold'> {
  readonly database: Database
  readonly catalogue: Catalogue
  readonly nodeId: NodeId
  readonly log: Logger
}

/** Takes the calls that vendors announce. Their signatures are proof of the carrier, so no address is looked at. */
export function openStreamReception(deps: StreamReceptionDeps): NonNullable<StreamReception['open']> {
  const { database, catalogue, nodeId, hasRoom, hold, log } = deps
  return (call, { id: carrier }) => {
    const arrival = new StreamArrival(call, carrier)
    const receiving: ReceiveDeps = {
      findNumber: async () =>
        (await findNumberOfCarrier(database, { number: arrival.to, carrier })) ?? 'unknown',
      accept: ringing => planInboundCall({ database, nodeId, catalogue: () => catalogue }, ringing),
      hasRoom,
      hold,
      log,
    }
    void receiveCall(arrival, receiving)
  }
}
