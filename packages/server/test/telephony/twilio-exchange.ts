import { openTwilio } from '@parley/rehearsal/stand-ins/twilio/open-twilio'
import type { DialTimings } from '../../src/telephony/stream/dial-attempt.ts'
import { twilio } from '../../src/telephony/twilio/twilio.ts'
import { hearKeys } from './sound.ts'
import { openStreamExchange, type StreamExchange } from './stream-exchange.ts'

export const twilioAccount = {
  accountSid: 'AC00000000000000000000000000000001',
  authToken: 'a-test-token-that-is-secret',
}

export async function openTwilioExchange(timings?: DialTimings): Promise<StreamExchange> {
  return await openStreamExchange({
    openStandIn: () => openTwilio(twilioAccount),
    vendorAt: apiUrl => twilio({ ...twilioAccount, apiUrl }),
    digitsOf: call => hearKeys(call.line?.heard() ?? new Uint8Array()),
    ...(timings ? { timings } : {}),
  })
}
