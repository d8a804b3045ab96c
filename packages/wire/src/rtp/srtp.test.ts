import { randomBytes } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { CounterCipher } from './counter-cipher.ts'
import { parseRtp, serializeRtp } from './packet.ts'
import { parseRtcp, serializeRtcp } from './rtcp.ts'
import { deriveKeys, type SrtpKey } from './srtp-key.ts'
import { guessIndex, SrtpReceiver } from './srtp-receiver.ts'
import { SrtpSender } from './srtp-sender.ts'

const hex = (text: string): Uint8Array => new Uint8Array(Buffer.from(text.replaceAll(' ', ''), 'hex'))
const toHex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')
const master = hex('e1f97a0d3e018be0d64fa32c06de4139 0ec675ad498afeebb6960b3aabe6')
const key80: SrtpKey = { suite: 'AES_CM_128_HMAC_SHA1_80', master }
const suites = ['AES_CM_128_HMAC_SHA1_80', 'AES_CM_128_HMAC_SHA1_32'] as const
const keyOf = (suite: SrtpKey['suite']): SrtpKey => ({ suite, master: randomBytes(30) })
const packet = (sequence: number, size = 160): Uint8Array =>
  serializeRtp({
    payloadType: 0,
    marker: false,
    sequence,
    timestamp: sequence * 160,
    ssrc: 0xcafebabe,
    payload: new Uint8Array(size).fill(sequence & 0xff),
  })

describe('published vectors', () => {
  test('RFC 3711 B.2: the keystream', () => {
    const cipher = new CounterCipher(hex('2b7e151628aed2a6abf7158809cf4f3c'))
    const stream = new Uint8Array(48)
    cipher.apply(hex('f0f1f2f3f4f5f6f7f8f9fafbfcfd0000'), stream)
    expect(toHex(stream)).toBe(
      'e03ead0935c95e80e166b16dd92b4eb4d23513162b02d0f72a43a2fe4a5f97ab41e95b3bb0a2e8dd477901e4fca894c0',
    )
  })

  test('RFC 3711 B.3: the derived keys', () => {
    const keys = deriveKeys(key80, 'rtp')
    expect(toHex(keys.cipher)).toBe('c61e7a93744f39ee10734afe3ff7a087')
    expect(toHex(keys.salt)).toBe('30cbbc08863d8c85d49db34a9ae10000')
    expect(toHex(keys.authentication)).toBe('cebe321f6ff7716b6fd4ab49af256a156d38baa4')
  })

  test('a whole packet, as libsrtp checks itself with', () => {
    const plain = hex('800f1234decafbadcafebabe abababababababababababababababab')
    const wire = hex('800f1234decafbadcafebabe 4e55dc4ce79978d88ca4d215949d2402 b78d6acc99ea179b8dbb')
    expect(toHex(new SrtpSender(key80).protectRtp(plain))).toBe(toHex(wire))
    expect(toHex(new SrtpReceiver(key80).openRtp(wire) ?? hex(''))).toBe(toHex(plain))
  })
})

describe.each(suites)('%s', suite => {
  test('what one side protects the other opens, over a wrap of the numbers and with reordering', () => {
    const key = keyOf(suite)
    const sender = new SrtpSender(key)
    const receiver = new SrtpReceiver(key)
    const between = (from: number, to: number): number[] =>
      Array.from({ length: to - from }, (_, i) => from + i)
    const aroundWrap = [...between(65_436, 65_536), ...between(0, 100), 20_000, 20_001, 50_000, 50_001]
    const sequences = [...aroundWrap, ...aroundWrap, ...aroundWrap]
    const sent = sequences.map(sequence => sender.protectRtp(packet(sequence)).slice())
    for (let i = 0; i < sent.length; i += 2) {
      for (const at of [i + 1, i]) {
        const { payload, sequence } = parseRtp(receiver.openRtp(sent[at]!)!)
        expect(sequence).toBe(sequences[at])
        expect(payload.every(byte => byte === (sequence & 0xff))).toBe(true)
      }
    }
  })

  test('a packet is taken once, and a changed one never', () => {
    const key = keyOf(suite)
    const sender = new SrtpSender(key)
    const receiver = new SrtpReceiver(key)
    const first = sender.protectRtp(packet(1)).slice()
    for (let i = 0; i < first.length; i++) {
      const changed = first.slice()
      changed[i] = changed[i]! ^ 0x10
      expect(receiver.openRtp(changed)).toBeUndefined()
    }
    const again = first.slice()
    expect(receiver.openRtp(first)).toBeDefined()
    expect(receiver.openRtp(again.slice())).toBeUndefined()
    for (let i = 2; i < 300; i++) receiver.openRtp(sender.protectRtp(packet(i)).slice())
    expect(receiver.openRtp(again)).toBeUndefined()
    expect(new SrtpReceiver(keyOf(suite)).openRtp(sender.protectRtp(packet(300)).slice())).toBeUndefined()
  })

  test('reports are protected, authenticated by ten bytes, and taken once', () => {
    const key = keyOf(suite)
    const report = serializeRtcp({ ssrc: 0xcafebabe, cname: 'someone', farewell: true })
    const wire = new SrtpSender(key).protectRtcp(report).slice()
    expect(wire.length).toBe(report.length + 14)
    expect(Buffer.from(wire).includes('someone')).toBe(false)
    const receiver = new SrtpReceiver(key)
    const again = wire.slice()
    expect(parseRtcp(receiver.openRtcp(wire)!)).toEqual(parseRtcp(report))
    expect(receiver.openRtcp(again)).toBeUndefined()
  })
})

test('the rollover counter follows the nearest number', () => {
  const wrap = 0x1_0000
  const table: [sequence: number, highest: number, index: number][] = [
    [7, -1, 7],
    [0, 65_535, wrap],
    [65_535, wrap, 65_535],
    [65_000, wrap * 2 + 300, wrap + 65_000],
    [300, wrap + 65_000, wrap * 2 + 300],
    [40_000, wrap + 30_000, wrap + 40_000],
    [60_000, 100, 60_000],
  ]
  for (const [sequence, highest, index] of table) expect(guessIndex(sequence, highest)).toBe(index)
})

test('rubbish is refused without a fault', () => {
  const receiver = new SrtpReceiver(key80)
  for (let i = 0; i < 3000; i++) {
    const bytes = randomBytes(i % 90)
    if (i % 2 && bytes.length > 0) bytes[0] = 0x80 | (bytes[0]! & 0x3f)
    expect(receiver.openRtp(bytes)).toBeUndefined()
    expect(receiver.openRtcp(bytes)).toBeUndefined()
  }
})
