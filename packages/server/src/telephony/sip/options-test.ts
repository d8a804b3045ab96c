import type { CarrierTest } from '@parley/contract/carriers'
import { TransactionFailed, type UserAgent } from '@parley/wire/sip/user-agent'

/**
 * Asks with OPTIONS (RFC 3261 section 11) and tells what came back. Any answer shows that somebody is there;
 * 503 says that no calls are taken now. Never rejects.
 */
export async function testByOptions(
  userAgent: UserAgent,
  uri: string,
  signal: AbortSignal,
): Promise<CarrierTest> {
  try {
    const { status, reason, roundTripMs } = await userAgent.ping(uri, signal)
    const ok = status !== 503
    const detail = ok ? null : 'The carrier is there, and says that it takes no calls now'
    return { ok, method: 'OPTIONS', status, reason, round_trip_ms: Math.round(roundTripMs), detail }
  } catch (error) {
    return askedInVain('OPTIONS', error, signal)
  }
}

/** Nothing came back. */
export function askedInVain(
  method: 'OPTIONS' | 'REGISTER',
  error: unknown,
  signal: AbortSignal,
): CarrierTest {
  const silent = signal.aborted || error instanceof TransactionFailed
  const detail = silent
    ? 'Nothing came back: look at address, port and firewall'
    : 'The address cannot be reached or its name not be found'
  return { ok: false, method, status: null, reason: null, round_trip_ms: null, detail }
}
