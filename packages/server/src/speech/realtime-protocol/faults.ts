import type { VoiceFault } from '../port.ts'
import { toldFault, type Origin } from '../voice-fault.ts'

/** A create that met a response the server had begun meanwhile: not a failure, it is asked again later. */
export const ALREADY_ACTIVE = 'conversation_already_has_active_response'

/** What a race between us and the server leads to; neither side did wrong. */
const HARMLESS = new Set(['response_cancel_not_active', 'item_truncate_invalid_item_id'])

const KINDS: Readonly<Record<string, VoiceFault['kind']>> = {
  invalid_api_key: 'unauthorized',
  insufficient_quota: 'quota',
  rate_limit_exceeded: 'rate_limited',
  session_expired: 'timeout',
  server_error: 'unreachable',
  content_filter: 'refused',
  max_output_tokens: 'refused',
  model_not_found: 'refused',
  invalid_request_error: 'protocol',
}

export function isHarmless(code: string | null): boolean {
  return code !== null && HARMLESS.has(code)
}

/** After these no later request of the session can succeed. */
export function endsSession(fault: VoiceFault, code: string | null): boolean {
  return fault.kind === 'unauthorized' || fault.kind === 'quota' || code === 'session_expired'
}

export function faultOfCode(code: string | null, message: string, origin: Origin): VoiceFault {
  return toldFault(origin, KINDS[code ?? ''] ?? 'protocol', `${code ?? 'error'}: ${message}`)
}
