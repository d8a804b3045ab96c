import fc from 'fast-check'
import { expect, test } from 'vitest'
import { middleOfNtp, ntpTime } from './ntp-time.ts'
import { Reception } from './reception.ts'
import { ReportSession } from './report-session.ts'
import { parseRtcp, RtcpParseError, serializeRtcp, type ReportBlock, type SenderInfo } from './rtcp.ts'

const sender: SenderInfo = {
  ntpSeconds: 0xb705_d000,
  ntpFraction: 0x2000_0000,
  rtpTimestamp: 0xffff_fff0,
  packetCount: 250,
  octetCount: 40_000,
}
const block: ReportBlock = {
  ssrc: 0xdead_beef,
  fractionLost: 255,
  cumulativeLost: 12,
  highestSequence: 70_000,
  jitter: 33,
  lastSenderReport: 0xd000_2000,
  delaySinceLast: 0x0005_4000,
}

test('a sender report with name and farewell comes back', () => {
  const bytes = serializeRtcp({ ssrc: 42, sender, block, cname: 'häuser', farewell: true })
  expect(bytes.length % 4).toBe(0)
  expect(parseRtcp(bytes)).toEqual([
    { type: 'sender_report', ssrc: 42, sender, blocks: [block] },
    { type: 'description', cnames: [{ ssrc: 42, cname: 'häuser' }] },
    { type: 'farewell', ssrcs: [42] },
  ])
})

test('a receiver report has the layout of RFC 3550 §6.4.2', () => {
  const bytes = serializeRtcp({ ssrc: 1, block, cname: 'x', farewell: false })
  expect(Buffer.from(bytes.subarray(0, 32)).toString('hex')).toBe(
    '81c90007' + '00000001' + 'deadbeef' + 'ff00000c' + '00011170' + '00000021' + 'd0002000' + '00054000',
  )
  expect(parseRtcp(bytes)[0]).toEqual({ type: 'receiver_report', ssrc: 1, blocks: [block] })
})

test('names of every length are padded to words', () => {
  for (let length = 0; length < 20; length++) {
    const cname = 'n'.repeat(length)
    const bytes = serializeRtcp({ ssrc: 9, cname, farewell: false })
    expect(parseRtcp(bytes)).toContainEqual({ type: 'description', cnames: [{ ssrc: 9, cname }] })
  }
})

test('unknown types are passed over, broken lengths are faults', () => {
  expect(parseRtcp(Buffer.from('80cc000100000000', 'hex'))).toEqual([])
  expect(() => parseRtcp(Buffer.from('80c8ffff00000000', 'hex'))).toThrow(RtcpParseError)
  expect(() => parseRtcp(Buffer.from('9fc9000100000001', 'hex'))).toThrow(RtcpParseError)
  expect(() => parseRtcp(Buffer.from('00c90000', 'hex'))).toThrow(RtcpParseError)
  expect(() => parseRtcp(new Uint8Array(1501))).toThrow(RtcpParseError)
})

test('whatever comes, only RtcpParseError escapes', () => {
  const valid = serializeRtcp({ ssrc: 42, sender, block, cname: 'abc', farewell: true })
  const mutated = fc.array(fc.tuple(fc.nat(valid.length - 1), fc.nat(255)), { maxLength: 6 }).map(changes => {
    const bytes = valid.slice()
    for (const [at, value] of changes) bytes[at] = value
    return bytes
  })
  fc.assert(
    fc.property(fc.oneof(mutated, fc.uint8Array({ maxLength: 100 })), bytes => {
      try {
        parseRtcp(bytes)
      } catch (error) {
        expect(error).toBeInstanceOf(RtcpParseError)
      }
    }),
    { numRuns: 5000 },
  )
})

test('NTP time of a known moment', () => {
  expect(ntpTime(0)).toEqual({ seconds: 2_208_988_800, fraction: 0 })
  expect(ntpTime(1500)).toEqual({ seconds: 2_208_988_801, fraction: 2 ** 31 })
  expect(middleOfNtp({ seconds: 0xb705_1234, fraction: 0xabcd_0000 })).toBe(0x1234_abcd)
})

test('two sides measure the round trip between them', () => {
  const [ours, theirs] = [new ReportSession('a'), new ReportSession('b')]
  const reception = new Reception()
  reception.start(1, 0)
  const sent = { ssrc: 1, packetCount: 5, octetCount: 800, timestamp: 0, unitsPerSample: 1 }
  const first = ours.report(sent, new Reception(), { unixMs: 1_000_000, farewell: false })
  expect(theirs.receive(first, { unixMs: 1_000_040, ssrc: 2 })).toBe(true)
  const answer = theirs.report({ ...sent, ssrc: 2 }, reception, { unixMs: 1_002_040, farewell: false })
  expect(ours.receive(answer, { unixMs: 1_002_100, ssrc: 1 })).toBe(true)
  expect(ours.roundTripMs).toBeCloseTo(100, 0)
  expect(ours.receive(Buffer.from('nonsense'), { unixMs: 0, ssrc: 1 })).toBe(false)
})

test('losses since the last report, and in all', () => {
  const reception = new Reception()
  reception.start(5, 65_530)
  for (let i = 0; i < 20; i++) {
    if (i % 4 === 1) continue
    reception.note({ sequence: (65_530 + i) & 0xffff, timestamp: i * 160 }, 1000 + i * 20, true)
  }
  expect(reception.report()).toMatchObject({ cumulativeLost: 5, fractionLost: 64, highestSequence: 65_549 })
  expect(reception.report()).toMatchObject({ cumulativeLost: 5, fractionLost: 0 })
  expect(reception.jitterMs).toBe(0)
  expect(reception.maxGapMs).toBe(40)
})
