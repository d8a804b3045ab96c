import fc from 'fast-check'
import { expect, test } from 'vitest'
import { blankRtpPacket, looksLikeRtcp, parseRtp, readRtp, RtpParseError, serializeRtp } from './packet.ts'
import { digitOfEvent, eventOfDigit, readTelephoneEvent, writeTelephoneEvent } from './telephone-event.ts'

const packets = fc.record({
  payloadType: fc.nat(127),
  marker: fc.boolean(),
  sequence: fc.nat(0xffff),
  timestamp: fc.nat(0xffff_ffff),
  ssrc: fc.nat(0xffff_ffff),
  payload: fc.uint8Array({ maxLength: 400 }),
})

test('every packet comes back', () => {
  fc.assert(
    fc.property(packets, packet => {
      expect(parseRtp(serializeRtp(packet))).toEqual(packet)
    }),
  )
})

test('a packet with CSRCs, extension and padding gives its payload, uncopied', () => {
  const bytes = Buffer.from(
    'b2801234' +
      '000000a0' +
      '00000007' +
      '11111111' +
      '22222222' +
      'bede0001' +
      '10aabbcc' +
      '01020304' +
      '000003',
    'hex',
  )
  const packet = parseRtp(bytes)
  expect(packet).toMatchObject({ payloadType: 0, marker: true, sequence: 0x1234, timestamp: 160, ssrc: 7 })
  expect([...packet.payload]).toEqual([1, 2, 3, 4])
  expect(packet.payload.buffer).toBe(bytes.buffer)
})

test.each([
  ['too_short', '8000'],
  ['bad_version', '400000000000000000000000'],
  ['bad_length', '8f0000000000000000000000'],
  ['bad_length', '900000000000000000000000bede0001'],
  ['bad_length', '9000000000000000000000' + '00be'],
  ['bad_padding', 'a0000000000000000000000000'],
  ['bad_padding', 'a0000000000000000000000005'],
])('%s', (fault, hex) => {
  expect(readRtp(Buffer.from(hex, 'hex'), blankRtpPacket())).toBe(fault)
  expect(() => parseRtp(Buffer.from(hex, 'hex'))).toThrow(RtpParseError)
})

test('no datagram of any kind throws', () => {
  const packet = blankRtpPacket()
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 80 }), bytes => {
      const fault = readRtp(bytes, packet)
      if (fault === undefined) expect(packet.payload.length).toBeLessThanOrEqual(bytes.length - 12)
    }),
    { numRuns: 20_000 },
  )
  expect(readRtp(new Uint8Array(1501).fill(0x80), packet)).toBe('too_long')
})

test('RTCP on the same port is told apart', () => {
  expect(looksLikeRtcp(Buffer.from('80c8000600000000', 'hex'))).toBe(true)
  expect(looksLikeRtcp(serializeRtp({ ...blankRtpPacket(), payloadType: 8, marker: true }))).toBe(false)
  expect(looksLikeRtcp(serializeRtp({ ...blankRtpPacket(), payloadType: 101, marker: true }))).toBe(false)
})

test('events come back, and digits have their codes', () => {
  const event = { event: 11, end: true, volume: 10, duration: 800 }
  const bytes = new Uint8Array(4)
  writeTelephoneEvent(event, bytes)
  expect([...bytes]).toEqual([11, 0x8a, 3, 0x20])
  expect(readTelephoneEvent(bytes)).toEqual(event)
  expect(readTelephoneEvent(bytes.subarray(0, 3))).toBeUndefined()
  expect(Array.from('0123456789*#ABCD').map(eventOfDigit)).toEqual(Array.from({ length: 16 }, (_, i) => i))
  expect(eventOfDigit('d')).toBe(15)
  expect(digitOfEvent(16)).toBeUndefined()
})
