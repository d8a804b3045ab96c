import { createHmac } from 'node:crypto'

const secretPrefix = 'whsec_'

/** One message as Standard Webhooks signs it. */
export interface SignedMessage {
  readonly id: string
  /** Seconds since 1970. */
  readonly timestamp: number
  readonly body: string
}

/**
 * The header fields of a signed webhook, version 1 (standardwebhooks.com, "Signature scheme"): HMAC-SHA256
 * over id, time and body. While a secret is being changed there are two, and a signature by each.
 */
export function signWebhook(
  secrets: readonly string[],
  message: SignedMessage,
): Readonly<Record<'webhook-id' | 'webhook-timestamp' | 'webhook-signature', string>> {
  const signed = `${message.id}.${message.timestamp}.${message.body}`
  const signatures = secrets.map(
    secret => `v1,${createHmac('sha256', keyOf(secret)).update(signed).digest('base64')}`,
  )
  return {
    'webhook-id': message.id,
    'webhook-timestamp': String(message.timestamp),
    'webhook-signature': signatures.join(' '),
  }
}

function keyOf(secret: string): Buffer {
  const text = secret.startsWith(secretPrefix) ? secret.slice(secretPrefix.length) : secret
  const key = Buffer.from(text, 'base64')
  if (key.length === 0) throw new Error('a webhook secret is empty')
  return key
}
