import { parseNameAddress } from '@parley/wire/sip/name-address'
import { parseSipUri } from '@parley/wire/sip/uri'
import type { AnsweredCall } from '@parley/wire/sip/user-agent'

export type Referral = 'accepted' | 'refused' | 'failed'

/**
 * Asks the network by REFER (RFC 3515) to connect the callee to somebody else. `hasEnded`: whether the far
 * end has hung up meanwhile. Rejects when it says nothing.
 */
export async function referCallee(
  { dialog, target, hasEnded }: { dialog: AnsweredCall; target: string; hasEnded: () => boolean },
  signal: AbortSignal,
): Promise<Referral> {
  let tried = false
  const onProgress = () => {
    tried = true
  }
  try {
    const order = { target: referTarget(target, dialog.dialog.remoteParty), onProgress }
    const outcome = await dialog.refer(order, signal)
    return verdictOn({ ...outcome, hasEnded: hasEnded() })
  } catch (error) {
    // Whoever is being rung by the network must not be rung by us as well.
    if (tried) return 'failed'
    throw error
  }
}

/** Some networks hang up as soon as they have taken the callee over, and never tell how it went. */
export function verdictOn(o: { accepted: boolean; status: number; hasEnded: boolean }): Referral {
  if (!o.accepted) return 'refused'
  if (o.status >= 200) return o.status < 300 ? 'accepted' : 'failed'
  return o.hasEnded && o.status <= 100 ? 'accepted' : 'failed'
}

/** A number is called where the callee is: by their side of the network. */
export function referTarget(to: string, remoteParty: string): string {
  if (/^sips?:/.test(to)) return to
  const { host, port } = parseSipUri(parseNameAddress(remoteParty).uri)
  return `sip:${to}@${host}${port === undefined ? '' : `:${port}`}`
}
