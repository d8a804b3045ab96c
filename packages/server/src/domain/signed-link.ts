import { createHmac, timingSafeEqual } from 'node:crypto'

/**
 * Links that open one thing for a while, without a key: `path?expires=…&signature=…`, where the signature
 * is HMAC-SHA-256 over path and time. Times are seconds since 1970.
 */

export function signLink(path: string, o: { secret: Buffer; expiresAt: number }): string {
  const expires = Math.floor(o.expiresAt)
  return `${path}?expires=${expires}&signature=${signature(path, { ...o, expires }).toString('base64url')}`
}

/** Whether these are the parts of a link that was signed for this path and is not over yet. */
export function isValidLink(
  link: { path: string; expires: string; signature: string },
  o: { secret: Buffer; now: number },
): boolean {
  if (!/^\d{1,12}$/.test(link.expires) || Number(link.expires) < o.now) return false
  const given = Buffer.from(link.signature, 'base64url')
  const right = signature(link.path, { secret: o.secret, expires: Number(link.expires) })
  return given.length === right.length && timingSafeEqual(given, right)
}

function signature(path: string, { secret, expires }: { secret: Buffer; expires: number }): Buffer {
  return createHmac('sha256', secret).update(`parley link\n${path}\n${expires}`).digest()
}
