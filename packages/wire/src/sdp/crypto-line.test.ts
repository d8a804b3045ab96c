import { expect, test } from 'vitest'
import { answerOffer, readAnswer } from './answer.ts'
import { newSrtpKeys } from './crypto-line.ts'
import { createOffer } from './offer.ts'
import { SdpError } from './sdp-error.ts'

const here = { host: '192.0.2.10', port: 4000 }
const there = { host: '192.0.2.20', port: 5000 }
const key = Buffer.alloc(30, 7).toString('base64')
const offerWith = (...lines: string[]): string =>
  ['v=0', 'c=IN IP4 192.0.2.20', 'm=audio 5000 RTP/SAVP 0', ...lines, ''].join('\r\n')

const byDtls = ['a=fingerprint:sha-256 00:11', 'a=setup:actpass']

test('both sides of a protected call end with the same keys, mirrored', () => {
  const offer = createOffer({ address: there, srtp: newSrtpKeys() })
  expect(offer).toContain('RTP/SAVP 0 8')
  expect(offer.match(/a=crypto:/g)).toHaveLength(2)
  const { sdp, media } = answerOffer(offer, { address: here })
  expect(sdp.match(/a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:/g)).toHaveLength(1)
  const theirs = readAnswer(offer, sdp)
  expect(theirs.srtp).toEqual({ send: media.srtp?.receive, receive: media.srtp?.send })
  expect(media.srtp?.receive).not.toEqual(media.srtp?.send)
})

test('our key stays the same for every description of one call', () => {
  const offer = offerWith(`a=crypto:3 AES_CM_128_HMAC_SHA1_32 inline:${key}|2^31 WSH=128`)
  const first = answerOffer(offer, { address: here })
  const again = answerOffer(offer, { address: here, localSdp: first.sdp })
  expect(again.media.srtp).toEqual(first.media.srtp)
  expect(answerOffer(offer, { address: here }).media.srtp?.send).not.toEqual(first.media.srtp?.send)
})

test('a suite or a parameter that we do not speak is passed over, and the tag of the answer is that of the offer', () => {
  const { sdp } = answerOffer(
    offerWith(
      `a=crypto:1 AEAD_AES_256_GCM inline:${key}`,
      `a=crypto:2 AES_CM_128_HMAC_SHA1_80 inline:${key}|2^20|1:4`,
      `a=crypto:4 AES_CM_128_HMAC_SHA1_80 inline:${key} UNENCRYPTED_SRTP`,
      `a=crypto:5 AES_CM_128_HMAC_SHA1_80 inline:${key}|2^20`,
    ),
    { address: here },
  )
  expect(sdp).toContain('a=crypto:5 AES_CM_128_HMAC_SHA1_80 inline:')
})

test.each([
  ['no keys', offerWith()],
  ['a short key', offerWith('a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:AAAA')],
  ['keys by DTLS only', offerWith(...byDtls)],
  ['keys by DTLS only, under its own name', offerWith(...byDtls).replace('RTP/SAVP', 'UDP/TLS/RTP/SAVP')],
])('an offer with %s is no audio for us', (_, offer) => {
  expect(() => answerOffer(offer, { address: here })).toThrow(SdpError)
})

test('where keys by DTLS are offered beside keys in the description, these are taken', () => {
  const stream = `m=audio 5002 RTP/SAVP 0\r\na=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:${key}`
  const offer = offerWith(...byDtls, stream).replace('RTP/SAVP', 'UDP/TLS/RTP/SAVP')
  const { sdp, media } = answerOffer(offer, { address: here })
  expect(sdp.match(/^m=.*/gm)).toEqual(['m=audio 0 UDP/TLS/RTP/SAVP 0', 'm=audio 4000 RTP/SAVP 0'])
  expect(media).toMatchObject({
    remote: { port: 5002 },
    srtp: { receive: { suite: 'AES_CM_128_HMAC_SHA1_80' } },
  })
})

test('an answer that takes plain RTP, or none of our keys, is refused', () => {
  const offer = createOffer({ address: here, srtp: newSrtpKeys() })
  const { sdp } = answerOffer(offer, { address: there })
  expect(() => readAnswer(offer, sdp.replace('RTP/SAVP', 'RTP/AVP'))).toThrow(SdpError)
  expect(() => readAnswer(offer, sdp.replace('crypto:1', 'crypto:9'))).toThrow(SdpError)
})
