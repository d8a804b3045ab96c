import { setTimeout as sleep } from 'node:timers/promises'
import type { CallIds, Vendor } from '../vendor.ts'
import type { RestClient } from './rest-client.ts'

const mostTries = 3
const retryWaitMs = 300

/**
 * Ends a call by REST; asking twice is harmless, so trouble is met by asking again. True when the vendor says
 * that the call is over.
 */
export async function hangUpByRest(
  ids: CallIds,
  { vendor, rest }: { vendor: Vendor; rest: RestClient },
  signal: AbortSignal,
): Promise<boolean> {
  const requests = vendor.rest.hangUp(ids)
  for (let tries = 1; tries <= mostTries && !signal.aborted; tries += 1) {
    let gone = 0
    for (const request of requests) {
      const answer = await rest.send(request, signal).catch(() => null)
      const outcome = answer === null ? 'unclear' : vendor.rest.readHangUp(answer)
      if (outcome === 'ended') return true
      if (outcome === 'gone') gone += 1
    }
    if (gone === requests.length) return true
    if (tries < mostTries) await sleep(retryWaitMs * tries, undefined, { signal }).catch(() => undefined)
  }
  return false
}
