import { setTimeout as sleep } from 'node:timers/promises'
import type { CarrierTest } from '@parley/contract/carriers'
import { ApiError } from '@parley/contract/errors'
import type { AccountId } from '../domain/ids.ts'
import { askForCarrierTest, carrierTestSeconds, readCarrierTest } from '../store/carrier-tests.ts'
import { findCarrier } from '../store/carriers.ts'
import type { Database } from '../store/database.ts'
import type { Jobs } from '../store/jobs.ts'

const lookEveryMs = 100

/**
 * Has a worker ask a carrier whether it is there, since only workers speak SIP from the address that carriers
 * know. Throws ApiError `not_found`, or `unavailable` where no worker took the question.
 */
export async function testCarrier(
  deps: { database: Database; jobs: Jobs },
  of: { account: AccountId; id: string },
  signal: AbortSignal,
): Promise<CarrierTest> {
  const carrier = await findCarrier(deps.database, of)
  if (carrier === null) throw new ApiError('not_found', { detail: 'No such carrier' })
  const id = await askForCarrierTest(deps, carrier.id)
  const deadline = performance.now() + carrierTestSeconds * 1_000
  while (performance.now() < deadline) {
    const result = await readCarrierTest(deps.database, id)
    if (result !== null) return result
    await sleep(lookEveryMs, undefined, { signal })
  }
  throw new ApiError('unavailable', {
    detail: `No worker asked the carrier within ${carrierTestSeconds} s`,
    retryAfterSeconds: 5,
  })
}
