import { openPlivo } from '@parley/rehearsal/stand-ins/plivo/open-plivo'
import type { DialTimings } from '../../src/telephony/stream/dial-attempt.ts'
import { plivo } from '../../src/telephony/plivo/plivo.ts'
import { openStreamExchange, type StreamExchange } from './stream-exchange.ts'

export const plivoAccount = { authId: 'MAXXXXXXXXXXXXXXXXXX', authToken: 'a-plivo-token-that-is-secret' }

export async function openPlivoExchange(timings?: DialTimings): Promise<StreamExchange> {
  return await openStreamExchange({
    openStandIn: () => openPlivo(plivoAccount),
    vendorAt: apiUrl => plivo({ ...plivoAccount, apiUrl }),
    digitsOf: call => call.line?.digits ?? '',
    ...(timings ? { timings } : {}),
  })
}
