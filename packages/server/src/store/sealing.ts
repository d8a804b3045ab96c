import { createCipheriv, createDecipheriv, createHash, createHmac, randomBytes } from 'node:crypto'

/**
 * Secrets at rest: AES-256-GCM, as `v1.<key id>.<nonce>.<ciphertext and tag>`, each part in base64url. The
 * key id is the start of the key's hash; it says which key is needed, without saying anything about it.
 */
export interface Sealing {
  seal(secret: string): string
  /** Throws when the text was sealed with another key, or was changed. */
  open(sealed: string): string
  /** A keyed hash (HMAC-SHA256): the same for the same text and purpose, and of no use to whoever lacks the key. */
  hash(purpose: string, text: string): Buffer
}

const keyBytes = 32
const nonceBytes = 12
const tagBytes = 16

export function createSealing(masterKey: Buffer): Sealing {
  if (masterKey.length !== keyBytes) throw new Error(`The master key must have ${keyBytes} bytes`)
  const keyId = createHash('sha256').update('parley key id').update(masterKey).digest('base64url').slice(0, 8)
  return {
    seal(secret) {
      const nonce = randomBytes(nonceBytes)
      const cipher = createCipheriv('aes-256-gcm', masterKey, nonce)
      const text = Buffer.concat([cipher.update(secret, 'utf8'), cipher.final(), cipher.getAuthTag()])
      return ['v1', keyId, nonce.toString('base64url'), text.toString('base64url')].join('.')
    },
    open(sealed) {
      const [version, id, nonce = '', text = ''] = sealed.split('.')
      if (version !== 'v1') throw new Error('A stored secret is in no known form')
      if (id !== keyId) throw new Error(`A stored secret needs the master key ${id}; this is ${keyId}`)
      const bytes = Buffer.from(text, 'base64url')
      if (bytes.length < tagBytes) throw new Error('A stored secret is cut short')
      const cipher = createDecipheriv('aes-256-gcm', masterKey, Buffer.from(nonce, 'base64url'))
      cipher.setAuthTag(bytes.subarray(-tagBytes))
      return cipher.update(bytes.subarray(0, -tagBytes), undefined, 'utf8') + cipher.final('utf8')
    },
    hash(purpose, text) {
      const key = createHmac('sha256', masterKey).update(`parley ${purpose}`).digest()
      return createHmac('sha256', key).update(text).digest()
    },
  }
}
