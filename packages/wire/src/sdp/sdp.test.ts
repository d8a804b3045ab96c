import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { answerOffer, readAnswer } from './answer.ts'
import { agreed, whileUnreachable, type Direction } from './direction.ts'
import { createOffer } from './offer.ts'
import { SdpError } from './sdp-error.ts'

const here = { host: '192.0.2.10', port: 4000 }
const sdp = (...lines: string[]): string =>
  `v=0\r\no=- 1 1 IN IP4 192.0.2.20\r\ns=-\r\n${lines.join('\r\n')}\r\n`

const faultOf = (work: () => unknown): string => {
  try {
    work()
  } catch (error) {
    if (error instanceof SdpError) return error.fault
    throw error
  }
  return 'none'
}

describe('createOffer', () => {
  test('offers µ-law, A-law, G.722 and key presses', () => {
    expect(createOffer({ address: here, sessionId: '7' }).split('\r\n')).toEqual([
      'v=0',
      'o=- 7 1 IN IP4 192.0.2.10',
      's=-',
      'c=IN IP4 192.0.2.10',
      't=0 0',
      'm=audio 4000 RTP/AVP 0 8 9 101',
      'a=rtpmap:0 PCMU/8000',
      'a=rtpmap:8 PCMA/8000',
      'a=rtpmap:9 G722/8000',
      'a=rtpmap:101 telephone-event/8000',
      'a=fmtp:101 0-15',
      'a=ptime:20',
      'a=sendrecv',
      '',
    ])
  })

  test('an IPv6 address is named as such', () => {
    expect(createOffer({ address: { host: '::1', port: 4000 } })).toContain('c=IN IP6 ::1\r\n')
  })
})

describe('readAnswer', () => {
  const offer = createOffer({ address: here })

  test('takes the first codec of the answer', () => {
    const answer = sdp(
      'c=IN IP4 192.0.2.20',
      't=0 0',
      'm=audio 5000 RTP/AVP 8 0 101',
      'a=rtpmap:101 telephone-event/8000',
    )
    expect(readAnswer(offer, answer)).toEqual({
      remote: { host: '192.0.2.20', port: 5000 },
      codec: { name: 'PCMA', payloadType: 8, clockRate: 8000 },
      telephoneEvent: 101,
      direction: 'sendrecv',
      ptimeMs: 20,
    })
  })

  test.each([
    ['refused', sdp('c=IN IP4 192.0.2.20', 'm=audio 0 RTP/AVP 0')],
    ['no_codec', sdp('c=IN IP4 192.0.2.20', 'm=audio 5000 RTP/AVP 18')],
    ['no_audio', sdp('c=IN IP4 192.0.2.20')],
    ['no_audio', sdp('c=IN IP4 192.0.2.20', 'm=audio 5000 RTP/SAVP 0')],
    ['malformed', sdp('m=audio 5000 RTP/AVP 0')],
    ['malformed', sdp('c=IN IP4', 'm=audio 5000 RTP/AVP 0')],
    ['malformed', sdp('m=audio x RTP/AVP 0')],
    ['malformed', sdp('m=audio 70000 RTP/AVP 0')],
    ['no_audio', 'rubbish'],
  ])('%s', (fault, answer) => {
    expect(faultOf(() => readAnswer(offer, answer))).toBe(fault)
  })

  test.each([
    [
      'bare line feeds, unknown lines, no t=',
      'v=0\no=x\nz=0\nfoo\nc=IN IP4 10.0.0.1\nm=audio 5000 RTP/AVP 0\ny=1\n',
      '10.0.0.1',
    ],
    [
      'doubled codec',
      sdp(
        'c=IN IP4 10.0.0.1',
        'm=audio 5000 RTP/AVP 0 0 8 0',
        'a=rtpmap:0 PCMU/8000',
        'a=rtpmap:0 PCMU/8000',
      ),
      '10.0.0.1',
    ],
    ['a name', sdp('c=IN IP4 media.example.com', 'm=audio 5000 RTP/AVP 0'), 'media.example.com'],
    ['IPv6', sdp('c=IN IP6 2001:db8::1', 'm=audio 5000 RTP/AVP 0'), '2001:db8::1'],
    ['address with TTL', sdp('c=IN IP4 10.0.0.1/127', 'm=audio 5000 RTP/AVP 0'), '10.0.0.1'],
    [
      'address of the stream before that of the session',
      sdp('c=IN IP4 10.0.0.9', 'm=audio 5000 RTP/AVP 0', 'c=IN IP4 10.0.0.1'),
      '10.0.0.1',
    ],
    [
      'lower-case codec',
      sdp('c=IN IP4 10.0.0.1', 'm=audio 5000 RTP/AVP 96', 'a=rtpmap:96 pcmu/8000/1'),
      '10.0.0.1',
    ],
  ])('tolerates %s', (_, answer, host) => {
    const media = readAnswer(offer, answer)
    expect(media.remote).toEqual({ host, port: 5000 })
    expect(media.codec.name).toBe('PCMU')
  })

  test('reads ptime and the address for reports', () => {
    const answer = sdp(
      'c=IN IP4 10.0.0.1',
      'm=audio 5000 RTP/AVP 0',
      'a=ptime:30',
      'a=rtcp:6001 IN IP4 10.0.0.2',
    )
    expect(readAnswer(offer, answer)).toMatchObject({ ptimeMs: 30, rtcp: { host: '10.0.0.2', port: 6001 } })
    expect(
      readAnswer(offer, answer.replace('ptime:30', 'ptime:9999').replace('IN IP4 10.0.0.2', '?')),
    ).not.toHaveProperty('rtcp')
  })

  test('a 16 kHz or stereo format is none of ours', () => {
    const answer = sdp('c=IN IP4 10.0.0.1', 'm=audio 5000 RTP/AVP 0', 'a=rtpmap:0 PCMU/16000')
    expect(faultOf(() => readAnswer(offer, answer))).toBe('no_codec')
  })

  test.each([
    ['sendrecv', '10.0.0.1', 'sendrecv'],
    ['sendonly', '10.0.0.1', 'recvonly'],
    ['recvonly', '10.0.0.1', 'sendonly'],
    ['inactive', '10.0.0.1', 'inactive'],
    ['sendrecv', '0.0.0.0', 'recvonly'],
    ['recvonly', '0.0.0.0', 'inactive'],
  ])('their %s at %s is our %s', (theirs, host, ours) => {
    const answer = sdp(`c=IN IP4 ${host}`, `a=${theirs}`, 'm=audio 5000 RTP/AVP 0')
    expect(readAnswer(offer, answer).direction).toBe(ours)
  })
})

describe('answerOffer', () => {
  test('keeps the order and the payload types of the offer, refuses the other streams in place', () => {
    const offer = sdp(
      'c=IN IP4 192.0.2.20',
      'm=video 6000 RTP/AVP 31 32',
      'm=audio 5000 RTP/AVP 18 96 0 97',
      'a=rtpmap:96 PCMA/8000',
      'a=rtpmap:97 telephone-event/8000',
      'm=audio 5002 RTP/AVP 0',
    )
    const { sdp: answer, media } = answerOffer(offer, { address: here })
    expect(answer.split('\r\n').filter(line => line.startsWith('m='))).toEqual([
      'm=video 0 RTP/AVP 31 32',
      'm=audio 4000 RTP/AVP 96 97',
      'm=audio 0 RTP/AVP 0',
    ])
    expect(media).toMatchObject({ codec: { name: 'PCMA', payloadType: 96 }, telephoneEvent: 97 })
  })

  test('no key presses where none were offered', () => {
    const { sdp: answer, media } = answerOffer(sdp('c=IN IP4 192.0.2.20', 'm=audio 5000 RTP/AVP 0'), {
      address: here,
    })
    expect(answer).toContain('m=audio 4000 RTP/AVP 0\r\n')
    expect(media).not.toHaveProperty('telephoneEvent')
  })

  test.each([
    ['9 8 0', undefined, 'PCMA'],
    ['9 18', undefined, 'G722'],
    ['0 9', [{ name: 'G722', payloadType: 9, clockRate: 8000 }] as const, 'G722'],
  ])('of %s it takes the codec that costs least, unless another is asked for', (formats, codecs, name) => {
    const { media } = answerOffer(sdp('c=IN IP4 192.0.2.20', `m=audio 5000 RTP/AVP ${formats}`), {
      address: here,
      ...(codecs ? { codecs } : {}),
    })
    expect(media.codec).toMatchObject({ name, clockRate: 8000 })
  })

  test('hold and unhold', () => {
    const offer = createOffer({ address: { host: '192.0.2.20', port: 5000 } })
    const held = answerOffer(offer.replace('sendrecv', 'sendonly'), {
      address: here,
      sessionId: '5',
      sessionVersion: 2,
    })
    expect(held.media.direction).toBe('recvonly')
    expect(held.sdp).toContain('a=recvonly')
    expect(held.sdp).toContain('o=- 5 2 ')
    expect(answerOffer(offer, { address: here }).sdp).toContain('a=sendrecv')
  })

  test('its own answer reads as the same agreement', () => {
    const offer = createOffer({ address: { host: '192.0.2.20', port: 5000 } })
    const { sdp: answer, media } = answerOffer(offer, { address: here })
    const seen = readAnswer(offer, answer)
    expect(seen).toMatchObject({
      codec: media.codec,
      telephoneEvent: 101,
      direction: 'sendrecv',
      remote: here,
    })
  })

  test.each([
    ['no_audio', sdp('c=IN IP4 192.0.2.20', 'm=audio 0 RTP/AVP 0')],
    ['no_codec', sdp('c=IN IP4 192.0.2.20', 'm=audio 5000 RTP/AVP 3 18')],
  ])('%s', (fault, offer) => {
    expect(faultOf(() => answerOffer(offer, { address: here }))).toBe(fault)
  })
})

test('directions: nobody may send what the other does not receive', () => {
  const all: Direction[] = ['sendrecv', 'sendonly', 'recvonly', 'inactive']
  const table = all.map(theirs => all.map(wish => agreed(theirs, wish)))
  expect(table).toEqual([
    ['sendrecv', 'sendonly', 'recvonly', 'inactive'],
    ['recvonly', 'inactive', 'recvonly', 'inactive'],
    ['sendonly', 'sendonly', 'inactive', 'inactive'],
    ['inactive', 'inactive', 'inactive', 'inactive'],
  ])
  expect(all.map(whileUnreachable)).toEqual(['sendonly', 'sendonly', 'inactive', 'inactive'])
})

test('nothing but SdpError escapes: 20,000 mutated descriptions', () => {
  const lines = createOffer({ address: here }).trim().split('\r\n')
  const odd = [
    'c=IN IP4 0.0.0.0',
    'c=',
    'm=audio 1/2 RTP/AVP',
    'm=audio 5000 RTP/AVP 0 x 999',
    'a=rtpmap:0 /',
    'a=rtcp:70000',
    'a=ptime:-1',
    'm=',
    '\0',
  ]
  const line = fc.oneof(fc.constantFrom(...lines, ...odd), fc.string({ maxLength: 40 }))
  fc.assert(
    fc.property(fc.array(line, { maxLength: 20 }), fc.constantFrom('\r\n', '\n', '\r'), (some, end) => {
      const text = some.join(end)
      faultOf(() => readAnswer(createOffer({ address: here }), text))
      const fault = faultOf(() => answerOffer(text, { address: here }))
      if (fault === 'none') readAnswer(text, answerOffer(text, { address: here }).sdp)
    }),
    { numRuns: 20_000 },
  )
})
