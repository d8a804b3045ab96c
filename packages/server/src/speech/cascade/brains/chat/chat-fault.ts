import { APICallError } from 'ai'
import { VoiceFault } from '../../../port.ts'
import { faultKindOfStatus } from '../../../voice-fault.ts'

/**
 * A chat server's failure, classified. The library's error is not kept as cause: it carries the request,
 * and with it what the callee said.
 */
export function chatFault(provider: string, thrown: unknown): VoiceFault {
  if (thrown instanceof VoiceFault) return thrown
  if (APICallError.isInstance(thrown)) return faultOfCall(provider, thrown)
  if (isTimeout(thrown))
    return new VoiceFault(provider, 'timeout', { message: 'the model did not answer in time' })
  if (isNetwork(thrown)) return new VoiceFault(provider, 'unreachable', { message: 'the connection broke' })
  return new VoiceFault(provider, 'protocol', { message: 'the answer could not be read' })
}

function faultOfCall(provider: string, error: APICallError): VoiceFault {
  const { statusCode, responseBody = '' } = error
  if (statusCode === undefined) {
    return new VoiceFault(provider, 'unreachable', { message: 'the server could not be reached' })
  }
  // Accepted, and then the answer ended badly.
  if (statusCode < 400) {
    const broke = isNetwork(error.cause)
    const message = broke ? 'the connection broke' : 'the answer could not be read'
    return new VoiceFault(provider, broke ? 'unreachable' : 'protocol', { message })
  }
  // Both a spent balance and a crowded minute come as 429.
  const quota = statusCode === 429 && responseBody.includes('insufficient_quota')
  const kind = quota ? 'quota' : faultKindOfStatus(statusCode)
  return new VoiceFault(provider, kind, { message: `the server answered HTTP ${statusCode}` })
}

function isTimeout(thrown: unknown): boolean {
  return thrown instanceof Error && thrown.name === 'TimeoutError'
}

/** fetch tells every network trouble as a TypeError whose cause says which. */
function isNetwork(thrown: unknown): boolean {
  if (!(thrown instanceof Error)) return false
  const cause = thrown.cause instanceof Error ? thrown.cause : thrown
  return thrown instanceof TypeError || ('code' in cause && typeof cause.code === 'string')
}
