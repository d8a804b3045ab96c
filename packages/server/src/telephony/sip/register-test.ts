import type { CarrierTest } from '@parley/contract/carriers'
import type { RegistrarAccount, UserAgent } from '@parley/wire/sip/user-agent'
import { askedInVain } from './options-test.ts'

/** An account at a carrier that we register with. */
export type SipAccount = Pick<RegistrarAccount, 'registrar' | 'username' | 'password' | 'realm'>

/**
 * Asks with REGISTER, without binding anything, whether the registrar knows the account, and tells what came back.
 * Never rejects.
 */
export async function testByRegister(
  userAgent: UserAgent,
  account: SipAccount,
  signal: AbortSignal,
): Promise<CarrierTest> {
  try {
    const { status, reason, roundTripMs } = await userAgent.askRegistrar(account, signal)
    const detail = meaningOf(status)
    const round_trip_ms = Math.round(roundTripMs)
    return { ok: detail === null, method: 'REGISTER', status, reason, round_trip_ms, detail }
  } catch (error) {
    return askedInVain('REGISTER', error, signal)
  }
}

function meaningOf(status: number): string | null {
  if (status < 300) return null
  if (status === 401 || status === 403 || status === 407)
    return 'The carrier does not accept user name and password, or asks for another realm'
  if (status === 404) return 'The carrier knows no such account'
  if (status === 503) return 'The carrier is there, and says that it takes no registrations now'
  return 'The carrier refuses the registration'
}
