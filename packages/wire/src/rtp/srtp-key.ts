/** Protected media: what offer and answer settle of it (RFC 4568), and the session keys that follow (RFC 3711 §4.3). */
import { CounterCipher } from './counter-cipher.ts'

export type SrtpSuite = 'AES_CM_128_HMAC_SHA1_80' | 'AES_CM_128_HMAC_SHA1_32'

/** One direction's master key of 16 bytes and salt of 14, as they stand in an `inline:` parameter. */
export interface SrtpKey {
  readonly suite: SrtpSuite
  readonly master: Uint8Array
}

export interface SrtpKeys {
  /** Ours: what we send is protected by it. */
  readonly send: SrtpKey
  /** The far end's. */
  readonly receive: SrtpKey
}

export const MASTER_KEY_BYTES = 16
export const MASTER_BYTES = 30
const SALT_BYTES = 14
const AUTHENTICATION_KEY_BYTES = 20
/** RFC 3711 §4.3.2: the label that tells one derived key from another, its place in the derivation's counter. */
const LABEL_AT = 7

export interface SessionKeys {
  readonly cipher: Uint8Array
  readonly authentication: Uint8Array
  /** Two zero bytes behind the 14 make it a counter block. */
  readonly salt: Uint8Array
}

/** Keys of RTP or of RTCP; the derivation rate is 0, so that they hold for the whole session. */
export function deriveKeys({ master }: SrtpKey, kind: 'rtp' | 'rtcp'): SessionKeys {
  if (master.length !== MASTER_BYTES) throw new RangeError('an SRTP master key and salt are 30 bytes')
  const cipher = new CounterCipher(master.subarray(0, MASTER_KEY_BYTES))
  const label = kind === 'rtp' ? 0 : 3
  const derive = (offset: number, bytes: number): Uint8Array => {
    const counter = saltBlock(master.subarray(MASTER_KEY_BYTES))
    counter[LABEL_AT] = (counter[LABEL_AT] ?? 0) ^ (label + offset)
    const key = new Uint8Array(bytes)
    cipher.apply(counter, key)
    return key
  }
  return {
    cipher: derive(0, MASTER_KEY_BYTES),
    authentication: derive(1, AUTHENTICATION_KEY_BYTES),
    salt: saltBlock(derive(2, SALT_BYTES)),
  }
}

/** RFC 4568 §6.2: the shorter tag is for RTP only; RTCP is always authenticated by 10 bytes. */
export function tagBytes(suite: SrtpSuite, kind: 'rtp' | 'rtcp'): number {
  return suite === 'AES_CM_128_HMAC_SHA1_32' && kind === 'rtp' ? 4 : 10
}

function saltBlock(salt: Uint8Array): Uint8Array {
  const block = new Uint8Array(16)
  block.set(salt)
  return block
}
