import { openTelnyx, type TelnyxStandIn } from '@parley/rehearsal/stand-ins/telnyx/open-telnyx'
import type { DialTimings } from '../../src/telephony/stream/dial-attempt.ts'
import { telnyx } from '../../src/telephony/telnyx/telnyx.ts'
import { openStreamExchange, type StreamExchange } from './stream-exchange.ts'

export const telnyxAccount = { apiKey: 'KEY0123456789-secret', connectionId: '1494404757140276705' }

export interface TelnyxExchange extends StreamExchange {
  readonly standIn: TelnyxStandIn
}

export async function openTelnyxExchange(timings?: DialTimings): Promise<TelnyxExchange> {
  const standIn = await openTelnyx(telnyxAccount)
  const { publicKey } = standIn
  const exchange = await openStreamExchange({
    openStandIn: () => Promise.resolve(standIn),
    vendorAt: apiUrl => telnyx({ ...telnyxAccount, publicKey, apiUrl }),
    digitsOf: call => call.digits,
    ...(timings ? { timings } : {}),
  })
  return { ...exchange, standIn }
}
