import { describe, expect, test } from 'vitest'
import { buildResponse } from './build-response.ts'
import { SipHeaders } from './headers.ts'
import { noBody, type ReceivedRequest } from './message.ts'
import { formatNameAddress, parseNameAddress } from './name-address.ts'
import { parseMessage } from './parse-message.ts'
import { serializeMessage } from './serialize-message.ts'
import { SipParseError } from './sip-parse-error.ts'
import { formatSipUri, parseSipUri } from './uri.ts'
import { answerDestination, formatVia, parseVia, stampSource } from './via.ts'

/** The INVITE of RFC 3261 §24.2, F1 with the Via of F2. */
const invite = [
  'INVITE sip:bob@biloxi.com SIP/2.0',
  'Via: SIP/2.0/UDP bigbox3.site3.atlanta.com;branch=z9hG4bK77ef4c2312983.1',
  'Via: SIP/2.0/UDP pc33.atlanta.com;branch=z9hG4bKnashds8;received=192.0.2.1',
  'Max-Forwards: 69',
  'To: Bob <sip:bob@biloxi.com>',
  'From: Alice <sip:alice@atlanta.com>;tag=1928301774',
  'Call-ID: a84b4c76e66710',
  'CSeq: 314159 INVITE',
  'Contact: <sip:alice@pc33.atlanta.com>',
  'Record-Route: <sip:p2.example.com;lr>, <sip:p1.example.com;lr>',
  'Content-Type: application/sdp',
  'Content-Length: 4',
  '',
  'v=0\r',
].join('\r\n')
const request = (): ReceivedRequest => parseMessage(Buffer.from(`${invite}\n`)) as ReceivedRequest

describe('parsing', () => {
  test('an INVITE of RFC 3261 §24.2', () => {
    expect(request()).toMatchObject({
      kind: 'request',
      method: 'INVITE',
      uri: 'sip:bob@biloxi.com',
      envelope: {
        callId: 'a84b4c76e66710',
        fromTag: '1928301774',
        toTag: undefined,
        sequence: 314159,
        method: 'INVITE',
      },
    })
    expect(request().body.toString()).toBe('v=0\r')
  })

  test('compact names, bare line feeds, folding', () => {
    const text =
      'SIP/2.0 200 \nv: SIP / 2.0 / UDP a.b : 5070\n ;branch=z9hG4bK1\nf: <sip:a@b>;tag=1\nt: sip:c@d;tag=2\ni: x\nCSEQ: 1\n  INVITE\nl: 0\n\n'
    const message = parseMessage(Buffer.from(text))
    expect(message).toMatchObject({
      kind: 'response',
      status: 200,
      reason: '',
      envelope: { toTag: '2', via: { host: 'a.b', port: 5070 } },
    })
  })
})

describe('writing', () => {
  test('Content-Length is computed', () => {
    const text = serializeMessage({ ...request(), body: Buffer.from('ü') }).toString()
    expect(text.match(/Content-Length: .*/g)).toEqual(['Content-Length: 2'])
  })

  test.each(['a\r\nEvil: 1', 'a\nb', 'a\rb'])('a header cannot be smuggled in: %j', value => {
    const headers = new SipHeaders([['Subject', value]])
    expect(() =>
      serializeMessage({ kind: 'request', method: 'X', uri: 'sip:a', headers, body: noBody }),
    ).toThrow(TypeError)
  })

  test('nor by the request URI', () => {
    const message = {
      kind: 'request',
      method: 'X',
      uri: 'sip:a SIP/2.0\r\nEvil: 1',
      headers: new SipHeaders(),
      body: noBody,
    } as const
    expect(() => serializeMessage(message)).toThrow(TypeError)
  })

  test('a response mirrors its request and adds one tag', () => {
    const response = buildResponse(request(), 'mine', { status: 180 })
    expect(response.headers.all('Via')).toEqual(request().headers.all('Via'))
    expect(response.headers.get('To')).toBe('Bob <sip:bob@biloxi.com>;tag=mine')
    expect(response.headers.all('Record-Route')).toEqual(request().headers.all('Record-Route'))
    expect(buildResponse(request(), 'mine', { status: 100 }).headers.get('To')).not.toContain('tag')
    expect(buildResponse(request(), 'mine', { status: 486 }).headers.all('Record-Route')).toEqual([])
  })
})

describe('parts', () => {
  test.each([
    'sip:alice@example.com',
    'sips:alice:pw@example.com:5061;transport=tcp?subject=x&priority=urgent',
    'sip:+14155550100@[2001:db8::1]:5060;user=phone',
    'sip:192.0.2.1;lr',
    'sip:a;b=c@example.com',
  ])('URI %s', text => expect(formatSipUri(parseSipUri(text))).toBe(text))

  test.each(['', 'sip:', 'tel:+1', 'sip:a@b c', 'sip:a@b:0', 'sip:a@b:99999', 'http://a', 'sip:a@[::1'])(
    'no SIP URI: %j',
    text => {
      expect(() => parseSipUri(text)).toThrow(SipParseError)
    },
  )

  test.each([
    ['"A. \\"G\\" Bell" <sip:a@b;x=1>;tag=q', { displayName: 'A. "G" Bell', uri: 'sip:a@b;x=1', tag: 'q' }],
    ['"<sip:evil@b>" <sip:a@b>', { displayName: '<sip:evil@b>', uri: 'sip:a@b', tag: undefined }],
    ['sip:a@b;tag=q', { displayName: undefined, uri: 'sip:a@b', tag: 'q' }],
    ['Anon <sip:c8@b>;tag=1;x', { displayName: 'Anon', uri: 'sip:c8@b', tag: '1' }],
  ])('address %s', (text, expected) => {
    const { displayName, uri, parameters } = parseNameAddress(text)
    expect({ displayName, uri, tag: parameters.get('tag') }).toEqual(expected)
  })

  test('a display name cannot break out of its quotes', () => {
    const text = formatNameAddress('sip:a@b', 'x" <sip:evil@b>, "\\')
    expect(parseNameAddress(text)).toMatchObject({ displayName: 'x" <sip:evil@b>, "\\', uri: 'sip:a@b' })
  })

  test('answers go to the source port with rport, to the sent-by port without (RFC 3581 §4)', () => {
    const source = { host: '198.51.100.9', port: 33_333 }
    const asked = stampSource(parseVia('SIP/2.0/UDP 10.0.0.1:5070;rport;branch=z9hG4bK1'), source)
    expect(formatVia(asked)).toBe(
      'SIP/2.0/UDP 10.0.0.1:5070;rport=33333;branch=z9hG4bK1;received=198.51.100.9',
    )
    expect(answerDestination(asked)).toEqual(source)
    const plain = stampSource(parseVia('SIP/2.0/UDP 10.0.0.1;branch=z9hG4bK1;maddr=192.0.2.66'), source)
    expect(answerDestination(plain)).toEqual({ host: '198.51.100.9', port: 5060 })
  })

  test('a sender cannot choose who is answered', () => {
    const forged = stampSource(parseVia('SIP/2.0/UDP 198.51.100.9;received=192.0.2.66;branch=z9hG4bK1'), {
      host: '198.51.100.9',
      port: 1,
    })
    expect(answerDestination(forged)).toEqual({ host: '198.51.100.9', port: 5060 })
  })
})
