import fc from 'fast-check'
import { Webhook } from 'standardwebhooks'
import { describe, expect, it } from 'vitest'
import { signWebhook } from './sign.ts'

describe('webhook signatures', () => {
  it('match the example of the Standard Webhooks libraries', () => {
    const headers = signWebhook(['whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'], {
      id: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
      timestamp: 1614265330,
      body: '{"test": 2432232314}',
    })
    expect(headers['webhook-signature']).toBe('v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=')
  })

  it('are taken by the official library, whatever the body', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme' }),
        fc.uint8Array({ minLength: 24, maxLength: 64 }),
        (text, key) => {
          const secret = `whsec_${Buffer.from(key).toString('base64')}`
          const body = JSON.stringify({ text })
          const headers = signWebhook([secret], { id: 'evt', timestamp: Math.floor(Date.now() / 1000), body })
          expect(new Webhook(secret).verify(body, headers)).toEqual({ text })
        },
      ),
    )
  })

  it('hold for the old and the new secret while it changes, and for no third', () => {
    const [old, fresh, other] = [1, 2, 3].map(n => `whsec_${Buffer.alloc(24, n).toString('base64')}`)
    const message = { id: 'evt', timestamp: Math.floor(Date.now() / 1000), body: '{}' }
    const headers = signWebhook([old!, fresh!], message)
    expect(new Webhook(old!).verify('{}', headers)).toEqual({})
    expect(new Webhook(fresh!).verify('{}', headers)).toEqual({})
    expect(() => new Webhook(other!).verify('{}', headers)).toThrow('No matching signature')
    expect(() => new Webhook(old!).verify('{ }', headers)).toThrow('No matching signature')
  })
})
