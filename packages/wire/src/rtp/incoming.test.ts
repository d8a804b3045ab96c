import { expect, test } from 'vitest'
import { digitOfEvent, writeTelephoneEvent } from './telephone-event.ts'
import { digitSlots } from './digit-slots.ts'
import { Incoming } from './incoming.ts'
import { serializeRtp, type RtpPacket } from './packet.ts'
import { figure } from './stream-memory.ts'

const far = { host: '192.0.2.1', port: 4000 }
const SILENT = 0xff

/** A packet on its way: when it arrives, and what it is. */
interface Flight {
  atMs: number
  packet: Partial<RtpPacket>
}

/** Packets of 20 ms, numbered; each frame is filled with its own number, so that it can be recognised. */
function talk(count: number, { sequence = 0, timestamp = 0, ssrc = 1, startMs = 0 } = {}): Flight[] {
  return Array.from({ length: count }, (_, i) => ({
    atMs: startMs + i * 20,
    packet: {
      sequence: (sequence + i) & 0xffff,
      timestamp: (timestamp + i * 160) >>> 0,
      ssrc,
      payload: new Uint8Array(160).fill(1 + (i % 120)),
    },
  }))
}

/** Lets the packets arrive, in virtual time with a look every millisecond. */
function listen(flights: Flight[], untilMs = 0) {
  const frames: { mark: number; atMs: number; saidMs: number }[] = []
  const digits: string[] = []
  const numbers = new Float64Array(16)
  let nowMs = 0
  let next = 0
  const incoming = new Incoming(
    { remote: far, codec: { name: 'PCMU', payloadType: 0 }, telephoneEvent: 101, direction: 'sendrecv' },
    {
      originMs: 0,
      numbers,
      sinks: {
        samples: () => undefined,
        frame: (frame, at) => frames.push({ mark: frame[0]!, atMs: at / 8, saidMs: nowMs }),
        digit: code => digits.push(digitOfEvent(code)!),
      },
    },
  )
  const due = flights.toSorted((a, b) => a.atMs - b.atMs)
  const endMs = Math.max(untilMs, due.at(-1)!.atMs + 20)
  for (; nowMs <= endMs; nowMs++) {
    for (let flight = due[next]; flight && flight.atMs <= nowMs; flight = due[++next]) {
      const { packet } = flight
      const whole = {
        payloadType: 0,
        marker: false,
        sequence: 0,
        timestamp: 0,
        ssrc: 1,
        payload: new Uint8Array(0),
        ...packet,
      }
      incoming.receive(serializeRtp(whole), far, nowMs)
    }
    incoming.poll(nowMs)
  }
  return { frames, digits, numbers, marks: frames.map(frame => frame.mark) }
}

const range = (from: number, to: number): number[] =>
  Array.from({ length: to - from + 1 }, (_, i) => from + i)
/** Repeatable chance (mulberry32). */
function dice(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
}

test('a clean line adds no delay', () => {
  const { frames } = listen(talk(100))
  expect(frames.map(frame => frame.mark)).toEqual(range(1, 100))
  frames.forEach((frame, i) => expect(frame).toMatchObject({ saidMs: i * 20, atMs: i * 20 }))
})

test('swapped neighbours are put back in order', () => {
  const flights = talk(50)
  for (let i = 5; i < 50; i += 10) flights[i]!.atMs += 25
  const { marks, numbers } = listen(flights)
  expect(marks).toEqual(range(1, 50))
  expect(numbers[figure.late]).toBe(0)
})

test('duplicates are heard once and counted', () => {
  const flights = talk(100)
  const { marks, numbers } = listen([
    ...flights,
    ...flights.filter((_, i) => i % 5 === 0).map(f => ({ ...f, atMs: f.atMs + 7 })),
  ])
  expect(marks).toEqual(range(1, 100))
  expect(numbers[figure.duplicated]).toBe(20)
  expect(numbers[figure.received]).toBe(100)
})

test('lost packets are concealed in their place, and the wait for them is short', () => {
  const flights = talk(60).filter((_, i) => i !== 20 && i !== 40 && i !== 41)
  const { frames, numbers } = listen(flights)
  expect(frames.length).toBe(60)
  expect(numbers[figure.lost]).toBe(3)
  expect(numbers[figure.concealed]).toBe(3)
  expect(frames[21]).toMatchObject({ mark: 22, atMs: 420 })
  expect(frames[42]).toMatchObject({ mark: 43, atMs: 840 })
  expect(Math.max(...frames.map((frame, i) => frame.saidMs - i * 20))).toBeLessThanOrEqual(80)
})

test('reordering teaches it to wait: what comes 45 ms late is lost at first, and then no more', () => {
  const flights = talk(600)
  for (let i = 10; i < 600; i += 20) flights[i]!.atMs += 45 + 20
  const { numbers, frames } = listen(flights)
  expect(numbers[figure.late]).toBeGreaterThanOrEqual(1)
  expect(numbers[figure.late]).toBeLessThanOrEqual(3)
  expect(frames.length).toBe(600)
})

test('nothing is waited for longer than 80 ms, and late packets are not played', () => {
  const flights = talk(400)
  const chance = dice(1)
  const delayed = flights.filter(() => chance() < 0.05)
  for (const flight of delayed) flight.atMs += 150 + chance() * 200
  const { frames, numbers, marks } = listen(flights, 8200)
  const real = marks.slice(0, 400)
  expect(delayed.length).toBeGreaterThan(10)
  expect(numbers[figure.late]).toBe(delayed.length)
  frames.slice(0, 400).forEach((frame, i) => {
    expect(frame.atMs).toBe(i * 20)
    // One frame later the gap is noticed, 80 ms it is waited for.
    expect(frame.saidMs - i * 20).toBeLessThanOrEqual(121)
  })
  expect(real.filter((mark, i) => mark === 1 + (i % 120)).length).toBe(400 - delayed.length)
})

test('jitter of 60 ms, 20 % duplicates and 3 % loss: one frame for each 20 ms, in order', () => {
  const chance = dice(7)
  const flights = talk(1500).flatMap(flight => {
    if (chance() < 0.03) return []
    const delayed = { ...flight, atMs: flight.atMs + chance() * 60 }
    return chance() < 0.2 ? [delayed, { ...delayed, atMs: delayed.atMs + 5 }] : [delayed]
  })
  const { frames, numbers } = listen(flights)
  expect(Math.abs(frames.length - 1500)).toBeLessThanOrEqual(5)
  expect(numbers[figure.duplicated]! / 1500).toBeGreaterThan(0.15)
  expect(numbers[figure.late]! / 1500).toBeLessThan(0.01)
  frames.slice(1).forEach((frame, i) => expect(frame.atMs - frames[i]!.atMs).toBeGreaterThan(0))
})

test('sequence numbers and timestamps wrap unnoticed', () => {
  const { marks } = listen(talk(100, { sequence: 65_500, timestamp: 0xffff_ffff - 4000 }))
  expect(marks).toEqual(range(1, 100))
})

test('a far end that is silent without packets is heard as silence, in real time', () => {
  const before = talk(50)
  const after = talk(50, { sequence: 50, timestamp: 150 * 160, startMs: 3000 })
  const { frames, marks } = listen([...before, ...after])
  expect(marks.slice(0, 50)).toEqual(range(1, 50))
  expect(marks.slice(-50)).toEqual(range(1, 50))
  expect(frames.length).toBe(200)
  expect(frames[150]).toMatchObject({ mark: 1, atMs: 3000, saidMs: 3000 })
  expect(marks.slice(54, 150).every(mark => mark === SILENT)).toBe(true)
  expect(frames.every(frame => frame.saidMs - frame.atMs <= 121)).toBe(true)
})

test('a new source goes on at once', () => {
  const second = talk(20, { sequence: 9000, timestamp: 123_456, ssrc: 2, startMs: 400 })
  const { frames } = listen([...talk(20), ...second])
  expect(frames.length).toBe(40)
  expect(frames[20]).toMatchObject({ mark: 1, atMs: 400, saidMs: 400 })
})

test.each([5_000_000, -5_000_000, 80_000])('a jump of the timestamps by %i is no hole', jump => {
  const second = talk(20, { sequence: 20, timestamp: (20 * 160 + jump) >>> 0, startMs: 400 })
  const { frames } = listen([...talk(20), ...second])
  expect(frames.length).toBeLessThanOrEqual(42)
  expect(frames.at(-1)!.mark).toBe(20)
})

test('a jump of the numbering is believed at the second packet', () => {
  const { marks } = listen([
    ...talk(20),
    ...talk(20, { sequence: 30_000, timestamp: 20 * 160, startMs: 400 }),
  ])
  expect(marks.slice(-18)).toEqual(range(3, 20))
})

test('one stray number deafens nobody', () => {
  const { marks } = listen([
    ...talk(40),
    { atMs: 210, packet: { sequence: 40_000, payload: new Uint8Array(160) } },
  ])
  expect(marks).toEqual(range(1, 40))
})

test('packets of 10, 30 and 60 ms give frames of 20', () => {
  for (const packetMs of [10, 30, 60]) {
    const flights = Array.from({ length: 60 }, (_, i) => ({
      atMs: i * packetMs,
      packet: { sequence: i, timestamp: i * packetMs * 8, payload: new Uint8Array(packetMs * 8).fill(1 + i) },
    }))
    const { frames } = listen(flights)
    expect(frames.length).toBe(3 * packetMs)
    frames.forEach((frame, i) => expect(frame.atMs).toBe(i * 20))
  }
})

test.each([500, -500])('ten minutes of a far crystal %i ppm off does not pull the recording apart', ppm => {
  const flights = talk(30_000).map(flight => ({ ...flight, atMs: flight.atMs * (1 + ppm / 1e6) }))
  const { frames } = listen(flights)
  const drift = frames.reduce((most, frame) => Math.max(most, Math.abs(frame.saidMs - frame.atMs)), 0)
  expect(frames.length).toBe(30_000)
  expect(drift).toBeLessThanOrEqual(20)
})

/** The packets of pressed keys, as our own sender makes them. */
function press(keys: string, { marker = true, startMs = 0 } = {}): Flight[] {
  let timestamp = 0
  return digitSlots(keys, true).flatMap((slot, i) => {
    if (slot.kind !== 'event') return []
    if (slot.first) timestamp = i * 160
    const payload = new Uint8Array(4)
    writeTelephoneEvent({ ...slot, volume: 10 }, payload)
    return [
      {
        atMs: startMs + i * 20,
        packet: { payloadType: 101, marker: marker && slot.first, sequence: i, timestamp, payload },
      },
    ]
  })
}

test('keys are heard once each, marker bit or not, the same key twice too', () => {
  expect(listen(press('1223*#')).digits.join('')).toBe('1223*#')
  expect(listen(press('1223*#', { marker: false })).digits.join('')).toBe('1223*#')
})

test.each([0.05, 0.1, 0.2])('a thousand keys at a loss of %f, with duplicates and reordering', loss => {
  const chance = dice(42)
  const keys = Array.from({ length: 1000 }, (_, i) => '0123456789*#'[(i * 7) % 12]).join('')
  const flights = press(keys).flatMap(flight => {
    if (chance() < loss) return []
    const delayed = { ...flight, atMs: flight.atMs + (chance() < 0.1 ? 30 : 0) }
    return chance() < 0.2 ? [delayed, { ...delayed, atMs: delayed.atMs + 3 }] : [delayed]
  })
  expect(listen(flights).digits.join('')).toBe(keys)
})

test('a hundred thousand mutilated packets harm nothing', () => {
  const chance = dice(99)
  const number = (below: number): number => Math.floor(chance() * below)
  const flights = Array.from({ length: 100_000 }, (_, i): Flight => {
    const far = chance() < 0.1
    return {
      atMs: i / 10,
      packet: {
        payloadType: [0, 8, 13, 101, 77][number(5)]!,
        sequence: far ? number(0x1_0000) : (i + number(100)) & 0xffff,
        timestamp: far ? number(2 ** 32) : i * 160,
        ssrc: chance() < 0.01 ? number(5) : 1,
        payload: new Uint8Array(number(300)).fill(number(256)),
      },
    }
  })
  const { frames } = listen(flights)
  frames
    .slice(1)
    .forEach((frame, i) => expect(Math.abs(frame.atMs - frames[i]!.atMs - 20)).toBeLessThanOrEqual(121))
  // Never far ahead of the time that has passed, whatever the packets claim.
  expect(frames.at(-1)!.atMs).toBeLessThan(10_600)
})

test('comfort noise is silence of the right length, and no codec that nobody agreed', () => {
  const noise = { payloadType: 13, sequence: 10, timestamp: 1600, ssrc: 1, payload: Uint8Array.of(60) }
  const flights = [
    ...talk(10),
    { atMs: 200, packet: noise },
    { atMs: 400, packet: { ...noise, sequence: 11, timestamp: 3200 } },
    ...talk(10, { sequence: 12, timestamp: 4800, startMs: 600 }),
  ]
  const { frames, numbers } = listen(flights)
  const between = frames.filter(({ atMs }) => atMs >= 220 && atMs < 600)
  expect(between).toHaveLength(19)
  expect(between.every(({ mark }) => mark === SILENT)).toBe(true)
  expect(frames.filter(({ atMs }) => atMs >= 600).map(({ mark }) => mark)).toEqual([
    1, 2, 3, 4, 5, 6, 7, 8, 9, 10,
  ])
  expect(numbers[figure.malformed]).toBe(0)
})
