import type { PhoneStandIn } from '@parley/rehearsal/stand-ins/phone/phone-stand-in'
import type { StandInCall } from '@parley/rehearsal/stand-ins/phone/stand-in-call'
import type { DialTimings } from '../../src/telephony/stream/dial-attempt.ts'
import { Pulse } from '../../src/telephony/stream/pulse.ts'
import { openRestClient } from '../../src/telephony/stream/rest-client.ts'
import { StreamCarrier } from '../../src/telephony/stream/stream-carrier.ts'
import { openStreamServer, type StreamServer } from '../../src/telephony/stream/stream-server.ts'
import type { Vendor } from '../../src/telephony/vendor.ts'
import type { Exchange, RingingCall } from './exchange.ts'

export interface StreamExchange extends Exchange {
  readonly carrier: StreamCarrier
  readonly standIn: PhoneStandIn
  readonly server: StreamServer
  /** What went wrong without ending a call. */
  readonly troubles: unknown[]
}

export interface StreamExchangeParts {
  openStandIn(): Promise<PhoneStandIn>
  vendorAt(apiUrl: string): Vendor
  /** Digits that reached the callee, as this vendor delivers them. */
  digitsOf(call: StandInCall): string
  readonly timings?: DialTimings
}

/** A vendor's carrier at work against its stand-in. */
export async function openStreamExchange(parts: StreamExchangeParts): Promise<StreamExchange> {
  await using opening = new AsyncDisposableStack()
  const troubles: unknown[] = []
  const onTrouble = (error: unknown) => void troubles.push(error)
  const standIn = opening.use(await parts.openStandIn())
  const server = opening.use(
    await openStreamServer({ host: '127.0.0.1', port: 0, publicUrl: null, onTrouble }),
  )
  const rest = opening.use(openRestClient())
  const vendor = parts.vendorAt(standIn.url)
  const carrier = new StreamCarrier({
    vendor,
    server,
    rest,
    pulse: new Pulse(onTrouble),
    defaultFrom: null,
    onTrouble,
    ...(parts.timings ? { timings: parts.timings } : {}),
  })
  const open = opening.move()
  return {
    carrier,
    standIn,
    server,
    troubles,
    to: '+15555550100',
    from: '+15555550199',
    latencyMs: 40,
    tellsRinging: vendor.capabilities.tellsRinging,
    isLossless: true,
    nextCall: async () => ringingCall(await standIn.nextCall(), parts),
    [Symbol.asyncDispose]: () => open.disposeAsync(),
  }
}

function ringingCall(call: StandInCall, parts: StreamExchangeParts): RingingCall {
  return {
    ring: () => call.ring(),
    answer: async () => ({ ...(await call.answer()), digits: () => parts.digitsOf(call) }),
    refuse: how => call.refuse(how),
    ended: call.hungUp,
  }
}
