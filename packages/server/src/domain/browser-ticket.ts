import type { CallId } from './ids.ts'
import { isValidLink, signLink } from './signed-link.ts'

/** Stands for the number of whoever joins a call by their browser: they have none. */
export const browserParty = 'browser'

/** How long somebody may take to join. */
export const joinWithinSeconds = 60

/**
 * What lets one browser join one call: signed, so that any worker can tell, and good for a minute. That it
 * is used once follows from the call, which can be claimed once. Times are seconds since 1970.
 */
export function signTicket(callId: CallId, o: { secret: Buffer; now: number }): string {
  const link = signLink(pathOf(callId), { secret: o.secret, expiresAt: o.now + joinWithinSeconds })
  const { searchParams } = new URL(link, 'http://ticket')
  return `${searchParams.get('expires')}.${searchParams.get('signature')}`
}

export function isValidTicket(callId: string, ticket: string, o: { secret: Buffer; now: number }): boolean {
  const [expires = '', signature = '', ...rest] = ticket.split('.')
  return rest.length === 0 && isValidLink({ path: pathOf(callId), expires, signature }, o)
}

function pathOf(callId: string): string {
  return `/browser-calls/${callId}`
}
