import { ApiError } from '@parley/contract/errors'
import { VoiceFault } from '../speech/port.ts'

/** How soon somebody asks again whom a provider has failed, in seconds. */
const askAgainSeconds = 10

/** What a customer is told of a provider's failure: to ask again, or that asking again does not help. */
export function providerTrouble(provider: string, error: unknown): unknown {
  if (isTimeout(error)) return comesBack(provider, 'does not answer', error)
  if (!(error instanceof VoiceFault)) return error
  switch (error.kind) {
    case 'unreachable':
      return comesBack(provider, 'can not be reached', error)
    case 'timeout':
      return comesBack(provider, 'does not answer', error)
    case 'rate_limited':
      return comesBack(provider, 'is asked too often', error)
    case 'unauthorized':
      return failed(provider, 'does not take the key of this platform', error)
    case 'quota':
      return failed(provider, 'has no quota left for this platform', error)
    case 'protocol':
      return failed(provider, 'gave an answer that can not be used', error)
    case 'refused':
      return failed(provider, 'refused', error)
  }
}

export function isTimeout(error: unknown): boolean {
  return error instanceof DOMException && error.name === 'TimeoutError'
}

function comesBack(provider: string, what: string, cause: unknown): ApiError {
  const detail = `The provider ${provider} ${what}`
  return new ApiError('unavailable', { detail, retryAfterSeconds: askAgainSeconds, cause })
}

function failed(provider: string, what: string, cause: unknown): ApiError {
  return new ApiError('provider_failed', { detail: `The provider ${provider} ${what}`, cause })
}
