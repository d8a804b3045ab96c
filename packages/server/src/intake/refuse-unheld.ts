import { ApiError } from '@parley/contract/errors'
import type { Wanted } from '../domain/provider-health.ts'
import { findProvidersDown } from '../store/nodes.ts'
import type { PlanDeps } from './plan-call.ts'

/** Workers try a provider that failed again every ten seconds. */
const retryAfterSeconds = 10

/** Nobody is to be rung by an agent that can not speak. Throws ApiError `provider_unavailable`. */
export async function refuseUnheld({ database, canServe }: PlanDeps, wanted: Wanted): Promise<void> {
  if (!canServe) return
  const down = await findProvidersDown(database)
  if (down.size === 0 || canServe(wanted, name => !down.has(name))) return
  throw new ApiError('provider_unavailable', {
    detail: `The providers of ${wanted.mode} calls have just failed several times (${[...down].join(', ')})`,
    retryAfterSeconds,
  })
}
