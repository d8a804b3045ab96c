import { describe, expect, test } from 'vitest'
import { answerOffer, readAnswer } from './answer.ts'
import { createOffer } from './offer.ts'
import { defaultCodecs, opusCodec } from './stream-codecs.ts'

const here = { host: '192.0.2.1', port: 4000 }
const sdp = (...lines: string[]): string => `${['v=0', 'c=IN IP4 192.0.2.20', ...lines].join('\r\n')}\r\n`
const offerOf = (formats: string, ...more: string[]): string =>
  sdp(
    `m=audio 5000 RTP/AVP ${formats}`,
    'a=rtpmap:96 opus/48000/2',
    'a=rtpmap:97 telephone-event/48000',
    'a=rtpmap:101 telephone-event/8000',
    ...more,
  )
const answer = (offer: string, more = {}) => answerOffer(offer, { address: here, ...more })

describe('Opus', () => {
  test.each([
    ['0 96 101 97', undefined, { name: 'PCMU', event: 101 }],
    ['96 0 101 97', undefined, { name: 'opus', event: 97 }],
    ['96 101', undefined, { name: 'opus', event: 101 }],
    ['0 96 101', [opusCodec, ...defaultCodecs], { name: 'opus', event: 101 }],
    ['96 0 101', defaultCodecs, { name: 'PCMU', event: 101 }],
  ])(
    'of %s it takes what is preferred, with keys at its clock where they are offered',
    (formats, codecs, { name, event }) => {
      const { media } = answer(offerOf(formats), codecs ? { codecs } : {})
      expect(media).toMatchObject({ codec: { name }, telephoneEvent: event })
      expect(media.telephoneEventRate).toBe(event === 97 ? 48_000 : undefined)
    },
  )

  test('is answered with its two channels, and with what we are as a receiver', () => {
    const { sdp: ours } = answer(offerOf('96 97'))
    expect(ours).toContain('m=audio 4000 RTP/AVP 96 97\r\n')
    expect(ours).toContain('a=rtpmap:96 opus/48000/2\r\n')
    expect(ours).toMatch(/a=fmtp:96 .*useinbandfec=1/)
    expect(ours).toContain('a=rtpmap:97 telephone-event/48000\r\n')
  })

  test('of one channel, or at 8 kHz, is none of ours', () => {
    const odd = sdp('m=audio 5000 RTP/AVP 96 98', 'a=rtpmap:96 opus/48000', 'a=rtpmap:98 opus/8000/2')
    expect(() => answer(odd)).toThrow(/no codec/)
  })

  test.each([
    ['', { inBandFec: false, mostBitsPerSecond: 24_000, constantBitRate: false }],
    [
      'useinbandfec=1; cbr=1; maxaveragebitrate=16000',
      { inBandFec: true, mostBitsPerSecond: 16_000, constantBitRate: true },
    ],
    [
      'maxaveragebitrate=510000;useinbandfec=0',
      { inBandFec: false, mostBitsPerSecond: 24_000, constantBitRate: false },
    ],
    ['maxaveragebitrate=1', { inBandFec: false, mostBitsPerSecond: 24_000, constantBitRate: false }],
    [';;=;useinbandfec', { inBandFec: false, mostBitsPerSecond: 24_000, constantBitRate: false }],
  ])('wished for by fmtp %j', (parameters, wish) => {
    expect(answer(offerOf('96', `a=fmtp:96 ${parameters}`)).media.opus).toEqual(wish)
  })

  test('an offer of ours has keys at each clock, and its answer settles one', () => {
    const offer = createOffer({ address: here, codecs: [...defaultCodecs, opusCodec] })
    expect(offer).toContain('m=audio 4000 RTP/AVP 0 8 9 107 101 102\r\n')
    const theirs = sdp(
      'm=audio 5000 RTP/AVP 120 121',
      'a=rtpmap:120 OPUS/48000/2',
      'a=rtpmap:121 telephone-event/48000',
    )
    expect(readAnswer(offer, theirs)).toMatchObject({
      codec: { name: 'opus', payloadType: 120, clockRate: 48_000 },
      telephoneEvent: 121,
      telephoneEventRate: 48_000,
    })
  })
})
