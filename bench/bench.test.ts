import { expect, test } from 'vitest'
import { encodeMulaw } from '@parley/wire/audio/g711'
import { serializeRtp } from '@parley/wire/rtp/packet'
import { benchmarks } from './benchmarks.ts'
import { usageOf } from './measure/processes.ts'
import { quantiles } from './measure/quantiles.ts'
import { isVoiced } from './measure/voiced.ts'
import { readOptions } from './options.ts'
import { measureNull } from './platform/null-benchmark.ts'
import { Arrivals } from './rtp/arrivals.ts'

const options = { calls: 2, seconds: 2, profiles: null, pinned: false }
const soon = () => AbortSignal.timeout(25_000)

test('quantiles are of the values themselves', () => {
  const values = Array.from({ length: 200 }, (_, place) => 200 - place)
  expect(quantiles(values)).toEqual({ n: 200, p50: 100, p95: 190, p99: 198, max: 200 })
  expect(quantiles([]).n).toBe(0)
  expect(quantiles([]).p50).toBeNaN()
})

const packet = (sequence: number, timestamp: number): Uint8Array =>
  serializeRtp({ payloadType: 0, marker: false, sequence, timestamp, ssrc: 1, payload: new Uint8Array(160) })

test('packets are held against a grid of 20 ms that starts with the earliest', () => {
  const arrivals = new Arrivals()
  for (const [slot, lateMs] of [5, 0, 12, 0].entries()) {
    arrivals.note(packet(65_534 + slot, slot * 160), 1_000 + slot * 20 + lateMs)
  }
  expect(arrivals.pacingErrors).toEqual([5, 12, 12])
  expect(arrivals.lateness).toEqual([5, 0, 12, 0])
  expect(arrivals).toMatchObject({ sequenceGaps: 0, timestampJumps: 0, timestampFaults: 0 })
})

test.each([
  ['a lost packet', packet(12, 480), { sequenceGaps: 1, timestampJumps: 0, timestampFaults: 0 }],
  ['a slot in which nothing was sent', packet(11, 480), { timestampJumps: 1, timestampFaults: 0 }],
  ['half a slot', packet(11, 240), { timestampFaults: 1 }],
])('%s is seen', (_, second, expected) => {
  const arrivals = new Arrivals()
  arrivals.note(packet(10, 160), 0)
  arrivals.note(second, 20)
  expect(arrivals).toMatchObject(expected)
})

test('voice begins above 1,000 of 32,768', () => {
  expect(isVoiced(encodeMulaw(Int16Array.of(0, -900, 900)))).toBe(false)
  expect(isVoiced(encodeMulaw(Int16Array.of(0, 0, -1_200)))).toBe(true)
})

test('CPU of a process and its children is read from /proc', () => {
  expect(usageOf(process.pid).rssMiB).toBeGreaterThan(10)
  expect(usageOf(process.pid).cpuMs).toBeGreaterThan(0)
})

test.each([[[]], [['nothing']], [['rtp', '--calls', '0']], [['rtp', '--unknown']]])('options: %s', args => {
  expect(() => readOptions(args, [...benchmarks.keys()])).toThrow()
})

test('rtp: two streams, no packet out of order', async () => {
  const figures = await benchmarks.get('rtp')?.run(options, soon())
  expect(figures).toMatchObject({ sequence_gaps: 0, timestamp_faults: 0 })
  expect(figures?.['pacing_error_ms']).toMatchObject({ n: expect.toSatisfy((n: number) => n > 50) })
}, 30_000)

test('the null platform answers every turn', async () => {
  const { n, p50 } = await measureNull(options, soon())
  expect(n).toBeGreaterThanOrEqual(2)
  expect(p50).toBeGreaterThan(-5)
}, 30_000)
