import { sdpOf, type ReceivedRequest } from '../message.ts'
import type { Answer } from '../build-response.ts'
import { refuseShortSession, type SessionLimits } from './session-timer.ts'

/** Extensions that a caller may insist on. */
const understood = new Set(['timer', 'replaces', '100rel'])

/** The checks of RFC 3261 §8.2 before an INVITE reaches the application; undefined when it may. */
export function screenInvite(request: ReceivedRequest, session: SessionLimits): Answer | undefined {
  if (!/^sips?:/i.test(request.uri)) return { status: 416 }
  const required = request.headers.list('Require').filter(option => !understood.has(option.toLowerCase()))
  if (required.length > 0) return { status: 420, headers: [['Unsupported', required.join(', ')]] }
  const encoding = request.headers.get('Content-Encoding') ?? 'identity'
  if (encoding.toLowerCase() !== 'identity')
    return { status: 415, headers: [['Accept-Encoding', 'identity']] }
  if (request.body.length > 0 && sdpOf(request) === undefined) {
    return { status: 415, headers: [['Accept', 'application/sdp']] }
  }
  return refuseShortSession(request, session)
}
