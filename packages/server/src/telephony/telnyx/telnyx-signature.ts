import { createPublicKey, type KeyObject, verify } from 'node:crypto'
import type { Callback } from '../vendor.ts'

/** A callback older or newer than this is a replay, in milliseconds. */
const windowMs = 300_000
const keyBytes = 32

/** The account's public key as the portal shows it: base64 of 32 bytes. Throws TypeError for anything else. */
export function telnyxPublicKey(base64: string): KeyObject {
  const bytes = Buffer.from(base64, 'base64')
  if (bytes.length !== keyBytes) throw new TypeError('the Telnyx public key is not 32 bytes in base64')
  return createPublicKey({
    key: { kty: 'OKP', crv: 'Ed25519', x: bytes.toString('base64url') },
    format: 'jwk',
  })
}

/**
 * telnyx-signature-ed25519 (developers.telnyx.com, webhook signing): Ed25519 over the timestamp, a bar and the
 * body as it was sent.
 */
export function isFromTelnyx(callback: Callback, key: KeyObject, nowMs: number): boolean {
  const signature = callback.header('telnyx-signature-ed25519')
  const timestamp = callback.header('telnyx-timestamp')
  if (signature === null || timestamp === null || !/^\d{1,12}$/.test(timestamp)) return false
  if (Math.abs(nowMs - Number(timestamp) * 1000) > windowMs) return false
  const signed = Buffer.from(`${timestamp}|${callback.body}`)
  return verify(null, signed, key, Buffer.from(signature, 'base64'))
}
