import { VoiceFault } from '../port.ts'

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

/** Who the far end is, and the key that must never stand in a message, should the vendor echo it. */
export interface Origin {
  readonly provider: string
  readonly secret: string
}

export function faultOfCode(code: string | null, message: string, { provider, secret }: Origin): VoiceFault {
  const safe = secret === '' ? message : message.replaceAll(secret, '***')
  return new VoiceFault(provider, KINDS[code ?? ''] ?? 'protocol', { message: `${code ?? 'error'}: ${safe}` })
}
