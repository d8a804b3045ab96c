import { Webhook } from 'standardwebhooks'
import { expect, test } from 'vitest'
import { openWebhookReceiver } from './webhook-receiver.ts'

const secret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`
const body = JSON.stringify({ event: 'call.completed', id: 'call-1', status: 'completed' })

async function send(url: string, signedWith: string): Promise<number> {
  const now = new Date()
  const headers = {
    'webhook-id': 'msg_1',
    'webhook-timestamp': String(Math.floor(now.getTime() / 1_000)),
    'webhook-signature': new Webhook(signedWith).sign('msg_1', now, body),
  }
  return (await fetch(url, { method: 'POST', headers, body })).status
}

test('takes what is signed with the secret and refuses the rest', async () => {
  await using receiver = await openWebhookReceiver(secret)
  const waiting = receiver.untilReceived('call-1', AbortSignal.timeout(5_000))
  expect(await send(receiver.url, `whsec_${Buffer.alloc(32, 8).toString('base64')}`)).toBe(400)
  expect(await send(receiver.url, secret)).toBe(204)
  expect(await waiting).toMatchObject({ verified: true, event: 'call.completed', callId: 'call-1' })
})

test('says why nothing good came', async () => {
  await using receiver = await openWebhookReceiver(secret)
  expect(await receiver.untilReceived('call-1', AbortSignal.timeout(50))).toMatchObject({ verified: false })
  expect(await send(receiver.url, `whsec_${Buffer.alloc(32, 8).toString('base64')}`)).toBe(400)
  const refused = await receiver.untilReceived('call-1', AbortSignal.timeout(50))
  expect(refused).toMatchObject({ verified: false, reason: expect.stringMatching(/signature/i) })
})
