import type { InviteFailed } from '@parley/wire/sip/user-agent'
import type { NetworkStatus } from '@parley/contract/status'
import { DialFailed, type Unavailable } from '../port.ts'

/**
 * What a final answer to an INVITE means to a person (RFC 3261 section 21, RFC 8197 for 607,
 * RFC 8688 for 608). 603 and its kin are told apart from failures of the network, since a network
 * may be tried again and a person who said no may not.
 */
const byStatus: Readonly<Record<number, { callStatus: NetworkStatus; meaning: string }>> = {
  403: { callStatus: 'rejected', meaning: 'The carrier forbade the call' },
  404: { callStatus: 'failed', meaning: 'The number does not exist' },
  408: { callStatus: 'no-answer', meaning: 'Nobody answered in time' },
  410: { callStatus: 'failed', meaning: 'The number is no longer in use' },
  480: { callStatus: 'no-answer', meaning: 'The callee can not be reached now' },
  484: { callStatus: 'failed', meaning: 'The number is incomplete' },
  486: { callStatus: 'busy', meaning: 'The line is busy' },
  487: { callStatus: 'cancelled', meaning: 'The call was cancelled before it was answered' },
  600: { callStatus: 'busy', meaning: 'The callee is busy everywhere' },
  603: { callStatus: 'rejected', meaning: 'The callee declined the call' },
  604: { callStatus: 'failed', meaning: 'The number does not exist anywhere' },
  607: { callStatus: 'rejected', meaning: 'The callee marked the call as unwanted' },
  608: { callStatus: 'rejected', meaning: 'An analytics service blocked the call' },
}

/** An attempt that was not answered, in the platform's words. */
export function dialFailure(failure: InviteFailed): DialFailed {
  const verbatim = failure.status > 0 ? ` (${failure.status} ${failure.reason})` : ''
  const told = (callStatus: NetworkStatus, meaning: string) =>
    new DialFailed(callStatus, {
      message: `${meaning}${verbatim}`,
      code: failure.status > 0 ? failure.status : null,
      cause: failure,
      ...unavailability(failure),
    })
  switch (failure.kind) {
    case 'ring_timeout':
      return told('no-answer', 'Nobody answered in time')
    case 'cancelled':
      return told('cancelled', 'The call was cancelled before it was answered')
    case 'no_response':
      return told('failed', 'The carrier did not answer the call request')
    case 'transport':
      return told('failed', 'The carrier can not be reached')
    case 'rejected': {
      const known = byStatus[failure.status]
      return known ? told(known.callStatus, known.meaning) : told('failed', 'The carrier refused the call')
    }
  }
}

/**
 * RFC 3261 section 21.5.4: a server that says 503 takes no calls now, so another may be asked. A server that
 * cannot be reached, or says nothing, has taken none on either.
 */
function unavailability(failure: InviteFailed): { unavailable?: Unavailable } {
  const { kind, status } = failure
  if (kind === 'no_response' || kind === 'transport') return { unavailable: { retryAfterMs: null } }
  if (kind !== 'rejected' || status !== 503) return {}
  // Section 20.33: seconds first, then perhaps a comment and parameters.
  const seconds = /^\s*(\d{1,9})/.exec(failure.headers.get('retry-after')?.[0] ?? '')?.[1]
  return { unavailable: { retryAfterMs: seconds === undefined ? null : Number(seconds) * 1_000 } }
}
