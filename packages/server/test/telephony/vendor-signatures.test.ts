import { createHmac, randomUUID } from 'node:crypto'
import { openTelnyx, type TelnyxStandIn } from '@parley/rehearsal/stand-ins/telnyx/open-telnyx'
import fc from 'fast-check'
import plivo from 'plivo'
import Telnyx from 'telnyx'
import twilio from 'twilio'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { isFromPlivo } from '../../src/telephony/plivo/plivo-signature.ts'
import { isFromTelnyx, telnyxPublicKey } from '../../src/telephony/telnyx/telnyx-signature.ts'
import { isFromTwilio } from '../../src/telephony/twilio/twilio-signature.ts'
import type { Callback } from '../../src/telephony/vendor.ts'

/** The vendors' own libraries are the judges of what a signature is. */

const token = 'a-token-of-32-characters-or-less'
const url = 'https://calls.example.com/carriers/abc/status'
const forms = fc.dictionary(fc.string({ minLength: 1, maxLength: 8 }), fc.string({ maxLength: 12 }), {
  maxKeys: 6,
  noNullPrototype: true,
})

function callback(body: string, headers: Record<string, string>, at = url): Callback {
  return { method: 'POST', url: at, body, header: name => headers[name] ?? null }
}

const encode = (form: Record<string, string>): string => new URLSearchParams(form).toString()

describe('a Twilio signature', () => {
  const signed = (form: Record<string, string>, at = url) =>
    callback(encode(form), { 'x-twilio-signature': twilio.getExpectedTwilioSignature(token, at, form) }, at)

  it('is believed when the SDK made it', () => {
    fc.assert(fc.property(forms, form => isFromTwilio(signed(form), token)))
  })

  it('is judged as the SDK judges it, with a port in the address or without', () => {
    for (const at of [
      url,
      url.replace('.com', '.com:443'),
      url.replace('.com', '.com:8443'),
      `${url}?a=b%20c`,
    ])
      expect(isFromTwilio(signed({ CallSid: 'CA1' }, at), token)).toBe(true)
    const bare = signed({ CallSid: 'CA1' })
    const withPort = { ...bare, url: url.replace('.com', '.com:443') }
    expect(
      twilio.validateRequest(token, bare.header('x-twilio-signature') ?? '', withPort.url, {
        CallSid: 'CA1',
      }),
    ).toBe(true)
    expect(isFromTwilio(withPort, token)).toBe(true)
  })

  it('is not believed for another token, body, address or without one', () => {
    const genuine = signed({ CallSid: 'CA1', CallStatus: 'busy' })
    expect(isFromTwilio(genuine, 'another')).toBe(false)
    expect(isFromTwilio({ ...genuine, body: 'CallSid=CA1&CallStatus=completed' }, token)).toBe(false)
    expect(isFromTwilio({ ...genuine, url: `${url}x` }, token)).toBe(false)
    expect(isFromTwilio({ ...genuine, header: () => null }, token)).toBe(false)
    expect(isFromTwilio({ ...genuine, header: () => '' }, token)).toBe(false)
  })
})

describe('a Plivo signature', () => {
  it('is judged as the SDK judges it', () => {
    const addresses = fc.constantFrom(url, `${url}?b=2&a=1`, 'https://calls.example.com:8443/x?y=z')
    fc.assert(
      fc.property(forms, addresses, (form, at) => {
        const [nonce, body] = [randomUUID(), encode(form)]
        const ours = Object.keys(form)
          .toSorted()
          .map(name => name + (form[name] ?? ''))
        const [address, query = ''] = at.split('?')
        const sorted = query.split('&').toSorted().join('&')
        const hasForm = ours.length > 0
        const text =
          query === '' ? (hasForm ? `${address}?` : address) : `${address}?${sorted}${hasForm ? '.' : ''}`
        const signature = createHmac('sha256', token)
          .update(`${text}${ours.join('')}.${nonce}`)
          .digest('base64')
        const theirs = plivo.validateV3Signature('POST', at, nonce, token, signature, { ...form })
        const headers = { 'x-plivo-signature-v3': signature, 'x-plivo-signature-v3-nonce': nonce }
        expect(isFromPlivo(callback(body, headers, at), token)).toBe(theirs)
        const forged = { ...headers, 'x-plivo-signature-v3': signature.replace(/^./, 'A') }
        if (!signature.startsWith('A')) expect(isFromPlivo(callback(body, forged, at), token)).toBe(false)
      }),
    )
  })

  it('is believed when it is one of several', () => {
    const nonce = 'n'
    const signature = createHmac('sha256', token).update(`${url}?a1.${nonce}`).digest('base64')
    expect(plivo.validateV3Signature('POST', url, nonce, token, signature, { a: '1' })).toBe(true)
    const headers = { 'x-plivo-signature-v3': `AAAA,${signature}`, 'x-plivo-signature-v3-nonce': nonce }
    expect(isFromPlivo(callback('a=1', headers), token)).toBe(true)
    expect(isFromPlivo(callback('a=1', { 'x-plivo-signature-v3': signature }), token)).toBe(false)
  })
})

describe('a Telnyx signature', () => {
  let standIn: TelnyxStandIn
  beforeAll(async () => {
    standIn = await openTelnyx({ apiKey: 'KEY', connectionId: '1' })
  })
  afterAll(() => standIn[Symbol.asyncDispose]())

  const body = '{"data":{"event_type":"call.hangup"}}'

  it('is judged as the SDK judges it', async () => {
    const client = new Telnyx({ apiKey: 'KEY', publicKey: standIn.publicKey })
    const now = Math.floor(Date.now() / 1000)
    const headers = standIn.signed(body, now)
    const key = telnyxPublicKey(standIn.publicKey)
    await expect(client.webhooks.unwrap(body, { headers })).resolves.toMatchObject({ data: {} })
    expect(isFromTelnyx(callback(body, headers), key, now * 1000)).toBe(true)
    await expect(client.webhooks.unwrap(`${body} `, { headers })).rejects.toThrow()
    expect(isFromTelnyx(callback(`${body} `, headers), key, now * 1000)).toBe(false)
    const later = { ...headers, 'telnyx-timestamp': String(now + 1) }
    expect(isFromTelnyx(callback(body, later), key, now * 1000)).toBe(false)
  })

  it('is too old after five minutes, and too new before', () => {
    const key = telnyxPublicKey(standIn.publicKey)
    const headers = standIn.signed(body, 1_000_000)
    expect(isFromTelnyx(callback(body, headers), key, 1_000_300_000)).toBe(true)
    expect(isFromTelnyx(callback(body, headers), key, 1_000_300_001)).toBe(false)
    expect(isFromTelnyx(callback(body, headers), key, 999_600_000)).toBe(false)
  })

  it('needs a key that is one', () => {
    expect(() => telnyxPublicKey('c2hvcnQ=')).toThrow(TypeError)
  })
})
