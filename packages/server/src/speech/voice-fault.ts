import { VoiceFault } from './port.ts'

/** Whatever was thrown, as a fault of `provider`. Faults that classified themselves pass unchanged. */
export function faultOf(provider: string, thrown: unknown): VoiceFault {
  if (thrown instanceof VoiceFault) return thrown
  const message = thrown instanceof Error ? thrown.message : String(thrown)
  return new VoiceFault(provider, 'protocol', { message, cause: thrown })
}

/** HTTP's word for a refusal, in ours. */
export function faultKindOfStatus(status: number): VoiceFault['kind'] {
  if (status === 401 || status === 403) return 'unauthorized'
  if (status === 402) return 'quota'
  if (status === 408) return 'timeout'
  if (status === 429) return 'rate_limited'
  return status >= 500 ? 'unreachable' : 'refused'
}

/** Who the far end is, and the key that must never stand in a message. */
export interface Origin {
  readonly provider: string
  readonly secret: string
}

/** What a vendor said of its failure, without the key, should it have repeated it. */
export function toldFault(
  { provider, secret }: Origin,
  kind: VoiceFault['kind'],
  message: string,
): VoiceFault {
  const safe = secret === '' ? message : message.replaceAll(secret, '***')
  return new VoiceFault(provider, kind, { message: safe.slice(0, 300) })
}
