import { expect, test } from 'vitest'
import { openOpus, usualOpusWish } from '../audio/opus.ts'
import { decodeMulaw } from '../audio/g711.ts'
import { levelDbfs } from '../audio/level.ts'
import { makeTone } from '../audio/tone.ts'
import { ClockDivider, OpusLine } from './opus-line.ts'
import type { RtpPacket } from './packet.ts'

const frame = 160
const tone = makeTone({ frequenciesHz: [440], durationMs: 1000, sampleRateHz: 8000 })

interface Played {
  timestamp: number
  samples: Int16Array
  afterLoss: boolean
}

/** The tone in 50 packets through a line on which the given ones are lost. */
async function sendThrough(lost: readonly number[], inBandFec = true) {
  using codec = await openOpus({ ...usualOpusWish, inBandFec })
  const played: Played[] = []
  let madeUp = 0
  let malformed = 0
  const line = new OpusLine({
    codec,
    line: {
      play: ({ timestamp, payload }, _, afterLoss) =>
        played.push({ timestamp, samples: decodeMulaw(payload).slice(), afterLoss }),
    },
    madeUp: () => void (madeUp += 1),
    malformed: () => void (malformed += 1),
  })
  let hole = false
  for (let i = 0; i < 50; i += 1) {
    const payload = codec.encode(tone.slice(i * frame, (i + 1) * frame))
    const isLost = lost.includes(i)
    if (!isLost) line.play(packet(i * frame, payload), i * 20, hole)
    hole = isLost
  }
  line.play(packet(50 * frame, Uint8Array.of(0xff, 0xff, 0xff)), 1000, false)
  return { played, madeUp, malformed }
}

const packet = (timestamp: number, payload: Uint8Array): RtpPacket => ({
  payloadType: 107,
  marker: false,
  sequence: 0,
  ssrc: 1,
  timestamp,
  payload,
})

test('a tone comes through, every frame in its place', async () => {
  const { played, madeUp, malformed } = await sendThrough([])
  expect(played.map(one => one.timestamp)).toEqual(Array.from({ length: 50 }, (_, i) => i * frame))
  expect(played.slice(5).every(({ samples }) => levelDbfs(samples) > -20)).toBe(true)
  expect([madeUp, malformed]).toEqual([0, 1])
})

test.each([[[20]], [[20, 21, 22]]])('what was lost at %j is made up, and sounds', async lost => {
  const { played, madeUp } = await sendThrough(lost)
  expect(played).toHaveLength(50)
  expect(madeUp).toBe(lost.length)
  expect(played.some(({ afterLoss }) => afterLoss)).toBe(false)
  for (const place of lost)
    expect(levelDbfs(played[place]?.samples ?? new Int16Array(1))).toBeGreaterThan(-40)
})

test('a hole longer than that is left to the line', async () => {
  const lost = Array.from({ length: 10 }, (_, i) => 20 + i)
  const { played, madeUp } = await sendThrough(lost)
  expect(madeUp).toBe(0)
  expect(played.find(({ afterLoss }) => afterLoss)?.timestamp).toBe(30 * frame)
})

test('48 kHz timestamps count on through the wrap of 32 bits, also out of order', () => {
  const clock = new ClockDivider()
  const start = 2 ** 32 - 960
  clock.restart(start)
  const first = clock.of(start)
  const step = (packets: number): number => (clock.of((start + packets * 960) >>> 0) - first) >>> 0
  expect([1, 3, 2, 4].map(step)).toEqual([160, 480, 320, 640])
})
