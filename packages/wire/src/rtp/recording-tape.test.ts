import { expect, test } from 'vitest'
import { encodeMulaw } from '../audio/g711.ts'
import { makeTone } from '../audio/tone.ts'
import { Incoming } from './incoming.ts'
import { serializeRtp } from './packet.ts'
import { publishPairs, RecordingTape, TAPE_LAG_SLOTS } from './recording-tape.ts'
import { allocateStreamMemory, slotWord, viewStreamMemory } from './stream-memory.ts'
import { TapAssembler } from './tap-assembler.ts'

const far = { host: '192.0.2.1', port: 4000 }
const tone = encodeMulaw(makeTone({ frequenciesHz: [700], durationMs: 400, sampleRateHz: 8000 }))

/** Records a far end that says the tone from `toneAtMs` on, each packet `delaysMs` late, while we play it in slots 10 to 29. */
function record({ toneAtMs, delaysMs }: { toneAtMs: number; delaysMs: readonly number[] }) {
  const tape = new RecordingTape()
  const incoming = new Incoming(
    { remote: far, codec: { name: 'PCMU', payloadType: 0 }, direction: 'sendrecv' },
    {
      originMs: 0,
      numbers: new Float64Array(16),
      sinks: {
        samples: (samples, at) => tape.writeHeard(samples, at),
        frame: () => undefined,
        digit: () => undefined,
      },
    },
  )
  const arrivals = Array.from({ length: 20 }, (_, i) => ({
    atMs: toneAtMs + i * 20 + (delaysMs[i % delaysMs.length] ?? 0),
    packet: {
      payloadType: 0,
      marker: false,
      sequence: i,
      timestamp: i * 160,
      ssrc: 1,
      payload: tone.subarray(i * 160, i * 160 + 160),
    },
  })).toSorted((a, b) => a.atMs - b.atMs)
  const heard: number[] = []
  const played: number[] = []
  const pair = { bytes: new Uint8Array(320), at: 0 }
  for (let nowMs = 0; nowMs < 2000; nowMs++) {
    for (const { packet } of arrivals.filter(({ atMs }) => atMs === nowMs))
      incoming.receive(serializeRtp(packet), far, nowMs)
    incoming.poll(nowMs)
    if (nowMs % 20 !== 0) continue
    const slot = nowMs / 20
    if (slot >= 10 && slot < 30)
      tape.writePlayed(tone.subarray((slot - 10) * 160, (slot - 9) * 160), slot * 160)
    if (tape.take(slot, pair) === undefined) continue
    heard.push(...pair.bytes.subarray(0, 160))
    played.push(...pair.bytes.subarray(160))
  }
  return { heard, played }
}

test('a tone stands in the recording at the sample at which it was heard, and played', () => {
  const { heard, played } = record({ toneAtMs: 313, delaysMs: [0] })
  const at = 313 * 8
  expect(heard.slice(at, at + tone.length)).toEqual([...tone])
  expect(heard.slice(0, at).every(byte => byte === 0xff)).toBe(true)
  expect(played.slice(1600, 1600 + tone.length)).toEqual([...tone])
  expect(played.slice(0, 1600).every(byte => byte === 0xff)).toBe(true)
  expect(played.slice(1600 + tone.length).every(byte => byte === 0xff)).toBe(true)
})

test('jitter and reordering do not move it', () => {
  const { heard } = record({ toneAtMs: 313, delaysMs: [0, 5, 28, 3, 7] })
  const at = 313 * 8
  expect(heard.slice(at, at + tone.length)).toEqual([...tone])
})

test('speech that left before its slot stands where it left, over the end of the silence before it', () => {
  const tape = new RecordingTape()
  const silence = new Uint8Array(160).fill(0xff)
  for (let slot = 0; slot < 20; slot++) {
    const isSpeech = slot >= 3 && slot < 6
    tape.writePlayed(
      isSpeech ? tone.subarray(slot * 160, slot * 160 + 160) : silence,
      slot * 160 - (isSpeech ? 56 : 0),
    )
  }
  const pair = { bytes: new Uint8Array(320), at: 0 }
  const played: number[] = []
  for (let i = 0; i < 10; i++) {
    tape.take(20, pair)
    played.push(...pair.bytes.subarray(160))
  }
  expect(played.slice(424, 904)).toEqual([...tone.subarray(480, 960)])
  expect(played.slice(0, 424).every(byte => byte === 0xff)).toBe(true)
  expect(played.slice(904).every(byte => byte === 0xff)).toBe(true)
})

test('what a stall left out is published late, and a long sleep is jumped over', () => {
  const tape = new RecordingTape()
  const memory = viewStreamMemory(allocateStreamMemory())
  const slots: number[] = []
  const drain = (): void => {
    for (; memory.slots.peek(); memory.slots.release())
      slots.push(memory.slots.words[memory.slots.wordAt + slotWord.tapSlot]!)
  }
  publishPairs(tape, memory, 30)
  drain()
  expect(slots).toEqual(Array.from({ length: 31 - TAPE_LAG_SLOTS }, (_, i) => i))
  tape.jumpTo(100_000)
  publishPairs(tape, memory, 100_000)
  slots.length = 0
  drain()
  expect(slots).toEqual([100_000 - TAPE_LAG_SLOTS])
})

test('holes between the pairs are filled with silence, in order', () => {
  const times: number[] = []
  const sums: number[] = []
  const tap = new TapAssembler((heard, played, atMs) => {
    times.push(atMs)
    sums.push(heard[0]! + played[159]!)
  })
  const bytes = new Uint8Array(330).fill(1)
  tap.push(2, bytes, 10)
  tap.push(1, bytes, 10)
  tap.push(4, bytes, 10)
  expect(times).toEqual([0, 20, 40, 60, 80])
  expect(sums).toEqual([510, 510, 2, 510, 2])
})
