import { generateKeyPairSync } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { plivo } from '../../src/telephony/plivo/plivo.ts'
import { telnyx } from '../../src/telephony/telnyx/telnyx.ts'
import { twilio } from '../../src/telephony/twilio/twilio.ts'
import { type Callback, StreamProtocolError, type Vendor } from '../../src/telephony/vendor.ts'

const { x = '' } = generateKeyPairSync('ed25519').publicKey.export({ format: 'jwk' })
const publicKey = Buffer.from(x, 'base64url').toString('base64')
const vendors: [string, Vendor][] = [
  ['Twilio', twilio({ accountSid: 'AC1', authToken: 'secret' })],
  ['Telnyx', telnyx({ apiKey: 'KEY', connectionId: '1', publicKey })],
  ['Plivo', plivo({ authId: 'MA1', authToken: 'secret' })],
]

const names = [
  'start',
  'media',
  'dtmf',
  'mark',
  'stop',
  'playedStream',
  'clearedAudio',
  'error',
  'data',
  'payload',
]
const nonsense = fc.oneof(
  fc.string(),
  fc.json(),
  fc
    .record({ event: fc.constantFrom(...names), key: fc.constantFrom(...names), value: fc.jsonValue() })
    .map(({ event, key, value }) => JSON.stringify({ event, [key]: value })),
)
const field = fc.oneof(
  fc.string(),
  fc.constantFrom('CA1', 'busy', 'completed', 'in-progress', 'inbound', '603'),
)
const forms = fc.dictionary(
  fc.constantFrom(
    'CallSid',
    'CallStatus',
    'CallUUID',
    'SipResponseCode',
    'Direction',
    'From',
    'To',
    'HangupSource',
  ),
  field,
)

describe.each(vendors)('nonsense from %s', (_, vendor) => {
  it('on a stream is understood or refused, and nothing else', () => {
    fc.assert(
      fc.property(nonsense, text => {
        try {
          vendor.openStream().read(text)
        } catch (error) {
          expect(error).toBeInstanceOf(StreamProtocolError)
        }
      }),
      { numRuns: 2_000 },
    )
  })

  it('in a callback is never genuine, and never breaks its reader', () => {
    const bodies = fc.oneof(
      nonsense,
      forms.map(form => new URLSearchParams(form).toString()),
    )
    fc.assert(
      fc.property(bodies, fc.option(fc.string()), (body, signature) => {
        const callback: Callback = {
          method: 'POST',
          url: 'https://calls.example.com/carriers/x/status',
          body,
          header: () => signature,
        }
        expect(vendor.callbacks.isGenuine(callback, Date.now())).toBe(false)
        vendor.callbacks.read(callback)
        vendor.inbound.read(callback)
      }),
      { numRuns: 2_000 },
    )
  })

  it('in an answer to a request is no call', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.integer({ min: 100, max: 599 }), (body, status) => {
        const answer = { status, body, retryAfterSeconds: null }
        vendor.rest.readErrorCode(answer)
        expect(['ended', 'gone', 'unclear']).toContain(vendor.rest.readHangUp(answer))
        expect(vendor.rest.readCreated(answer)).toBeNull()
      }),
    )
  })
})
