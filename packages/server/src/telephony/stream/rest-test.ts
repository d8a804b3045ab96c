import type { CarrierTest } from '@parley/contract/carriers'
import type { Vendor } from '../vendor.ts'
import { type RestClient, RestFault } from './rest-client.ts'

/** Asks a vendor for the account that calls go through and tells what came back. Never rejects. */
export async function testByRest(
  vendor: Vendor,
  rest: RestClient,
  signal: AbortSignal,
): Promise<CarrierTest> {
  const startedAt = performance.now()
  try {
    const { status } = await rest.send(vendor.rest.account(), signal)
    const round_trip_ms = Math.round(performance.now() - startedAt)
    const ok = status >= 200 && status < 300
    return { ok, method: 'GET', status, reason: null, round_trip_ms, detail: ok ? null : meaningOf(status) }
  } catch (error) {
    if (!(error instanceof RestFault)) throw error
    const nothing = { method: 'GET' as const, status: null, reason: null, round_trip_ms: null }
    return { ok: false, ...nothing, detail: error.message }
  }
}

function meaningOf(status: number): string {
  if (status === 401 || status === 403) return 'The carrier refuses the credentials'
  if (status === 404) return 'The carrier knows no such account'
  if (status === 429) return 'The carrier has had too many requests'
  return 'The carrier did not give the account'
}
