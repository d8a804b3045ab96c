import { createSocket } from 'node:dgram'
import { setTimeout as wait } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { encodeMulaw } from '../audio/g711.ts'
import { mulawLevelDbfs } from '../audio/level.ts'
import { makeTone } from '../audio/tone.ts'
import { openMediaEngine, type MediaEngine, type MediaStream } from './media-engine.ts'
import type { StreamMedia } from './negotiated-media.ts'
import { parseRtp, serializeRtp, type RtpPacket } from './packet.ts'

const host = '127.0.0.1'
const soon = (): AbortSignal => AbortSignal.timeout(5000)
const toneBytes = (durationMs: number, frequencyHz = 440): Uint8Array =>
  encodeMulaw(makeTone({ frequenciesHz: [frequencyHz], durationMs, sampleRateHz: 8000 }))
const media = (port: number, more: Partial<StreamMedia> = {}): StreamMedia => ({
  remote: { host, port },
  codec: { name: 'PCMU', payloadType: 0 },
  telephoneEvent: 101,
  direction: 'sendrecv',
  ...more,
})

async function until(condition: () => boolean, what: string): Promise<void> {
  for (let i = 0; i < 1000; i++) {
    if (condition()) return
    await wait(10)
  }
  throw new Error(`gave up waiting until ${what}`)
}

/** A far end of which every packet can be looked at. */
async function openFarEnd() {
  const socket = createSocket('udp4')
  const packets: (RtpPacket & { atMs: number })[] = []
  socket.on('message', bytes => packets.push({ ...parseRtp(bytes), atMs: performance.now() }))
  await new Promise<void>(resolve => void socket.bind(0, host, resolve))
  return {
    packets,
    port: socket.address().port,
    send: (packet: Partial<RtpPacket>, port: number) =>
      socket.send(
        serializeRtp({
          payloadType: 0,
          marker: false,
          sequence: 0,
          timestamp: 0,
          ssrc: 7,
          payload: new Uint8Array(160).fill(0x20),
          ...packet,
        }),
        port,
        host,
      ),
    async [Symbol.asyncDispose]() {
      await new Promise<void>(resolve => void socket.close(() => resolve()))
    },
  }
}

describe('media engine', () => {
  let engine: MediaEngine
  beforeAll(async () => {
    engine = await openMediaEngine({ host })
  })
  afterAll(async () => {
    await engine[Symbol.asyncDispose]()
  })

  async function openPair(): Promise<[MediaStream, MediaStream]> {
    const a = await engine.openStream(soon())
    const b = await engine.openStream(soon())
    a.start(media(b.port))
    b.start(media(a.port))
    return [a, b]
  }

  test('gives out even ports', async () => {
    await using stream = await engine.openStream(soon())
    expect(stream.port % 2).toBe(0)
    expect(stream.positionMs).toBe(0)
  })

  test('sends an unbroken stream of exact timestamps for five seconds', async () => {
    await using far = await openFarEnd()
    await using stream = await engine.openStream(soon())
    stream.start(media(far.port))
    await wait(5000)
    const packets = far.packets.slice()
    const { skippedSlots } = stream.stats()
    expect(packets.length + skippedSlots).toBeGreaterThanOrEqual(248)
    expect(packets.length + skippedSlots).toBeLessThanOrEqual(251)
    expect(packets[0]?.marker).toBe(true)
    let slots = 0
    packets.slice(1).forEach((packet, i) => {
      const before = packets[i]!
      expect((packet.sequence - before.sequence) & 0xffff).toBe(1)
      const step = (packet.timestamp - before.timestamp) >>> 0
      expect(step % 160).toBe(0)
      slots += step / 160
      expect(packet.payload.every(byte => byte === 0xff)).toBe(true)
    })
    expect(slots).toBe(packets.length - 1 + skippedSlots)
  })

  test('what one stream writes the other hears, sample for sample', async () => {
    const [a, b] = await openPair()
    await using _a = a
    await using _b = b
    const heard: number[] = []
    b.onFrame(frame => heard.push(...frame))
    const spoken = toneBytes(1000)
    a.write(spoken)
    await until(
      () => heard.filter(byte => byte !== 0xff).length > 7000 && a.queuedMs === 0,
      'the tone was heard',
    )
    await wait(100)
    const first = heard.findIndex(
      (byte, i) =>
        (byte === spoken[0] && heard[i + 5] === spoken[5] && byte !== 0xff) ||
        (heard[i + 1] === spoken[1] && heard[i + 2] === spoken[2] && heard[i + 3] === spoken[3]),
    )
    expect(heard.slice(first, first + spoken.length)).toEqual([...spoken])
  })

  test('marks tell when the last sample before them was played out', async () => {
    await using far = await openFarEnd()
    await using stream = await engine.openStream(soon())
    const marks: { name: string; atMs: number; cleared: boolean }[] = []
    stream.onMark((name, atMs, cleared) => marks.push({ name, atMs, cleared }))
    stream.start(media(far.port))
    stream.write(toneBytes(200))
    stream.mark('first')
    stream.write(toneBytes(110))
    stream.mark('second')
    await until(() => marks.length === 2, 'both marks were reported')
    expect(marks.map(mark => mark.name)).toEqual(['first', 'second'])
    expect(marks.every(mark => !mark.cleared && mark.atMs % 20 === 0)).toBe(true)
    expect(marks[1]!.atMs - marks[0]!.atMs).toBe(120 + 20 * stream.stats().skippedSlots)
    const loud = far.packets.filter(packet => mulawLevelDbfs(packet.payload) > -40)
    expect(loud.length).toBe(16)
    expect(loud[0]?.marker || far.packets[0] === loud[0]).toBe(true)
  })

  test('clear silences the wire within a slot and reports dropped marks', async () => {
    await using far = await openFarEnd()
    await using stream = await engine.openStream(soon())
    const marks: [string, boolean][] = []
    stream.onMark((name, _atMs, cleared) => marks.push([name, cleared]))
    stream.start(media(far.port))
    stream.write(toneBytes(5000))
    stream.mark('never')
    await until(() => far.packets.length >= 10, 'audio flows')
    const before = far.packets.length
    stream.clear()
    stream.mark('after')
    expect(stream.queuedMs).toBe(0)
    await until(() => far.packets.length >= before + 20, 'the stream goes on')
    const loud = far.packets.slice(before).filter(packet => mulawLevelDbfs(packet.payload) > -40)
    expect(loud.length).toBeLessThanOrEqual(2)
    expect(marks).toEqual([
      ['never', true],
      ['after', false],
    ])
  })

  test('the recording has each side where it was heard', async () => {
    const [a, b] = await openPair()
    const pairs: { heard: Uint8Array; played: Uint8Array; atMs: number }[] = []
    a.onTap((heard, played, atMs) => pairs.push({ heard: heard.slice(), played: played.slice(), atMs }))
    await wait(300)
    const spokenAt = b.positionMs
    const offset = a.positionMs - spokenAt
    a.write(toneBytes(200, 1000))
    b.write(toneBytes(400, 500))
    await wait(1000)
    const endedAt = a.positionMs
    await a[Symbol.asyncDispose]()
    await b[Symbol.asyncDispose]()
    pairs.forEach((pair, i) => expect(pair.atMs).toBe(i * 20))
    expect(pairs.length * 20).toBeGreaterThanOrEqual(endedAt - 40)
    const heardLoud = pairs.filter(pair => mulawLevelDbfs(pair.heard) > -40)
    const playedLoud = pairs.filter(pair => mulawLevelDbfs(pair.played) > -40)
    expect(playedLoud.length).toBe(10)
    expect(heardLoud.length).toBeGreaterThanOrEqual(20)
    expect(heardLoud.length).toBeLessThanOrEqual(22)
    // Said at spokenAt, on the wire within a slot, placed at its arrival.
    expect(Math.abs(heardLoud[0]!.atMs - (spokenAt + offset + 10))).toBeLessThanOrEqual(80)
  })

  test('keys pressed here are digits there, once each, and audio goes on after them', async () => {
    const [a, b] = await openPair()
    await using _a = a
    await using _b = b
    const digits: string[] = []
    b.onDigit(digit => digits.push(digit))
    await a.sendDigits('12#w*', soon())
    await until(() => digits.length === 4, 'all digits came')
    expect(digits.join('')).toBe('12#*')
    await expect(a.sendDigits('1x', soon())).rejects.toThrow(RangeError)
  })

  test('digits go as tones where no events were agreed', async () => {
    await using far = await openFarEnd()
    await using stream = await engine.openStream(soon())
    const { telephoneEvent: _, ...withoutEvents } = media(far.port)
    stream.start(withoutEvents)
    await stream.sendDigits('5', soon())
    expect(far.packets.every(packet => packet.payloadType === 0)).toBe(true)
    expect(far.packets.filter(packet => mulawLevelDbfs(packet.payload) > -30).length).toBe(5)
  })

  test('an aborted key sequence ends at once and properly', async () => {
    await using far = await openFarEnd()
    await using stream = await engine.openStream(soon())
    stream.start(media(far.port))
    const abort = new AbortController()
    const sent = stream.sendDigits('1234567890', abort.signal)
    await until(() => far.packets.some(packet => packet.payloadType === 101), 'a key is down')
    abort.abort(new Error('enough'))
    await expect(sent).rejects.toThrow('enough')
    await wait(400)
    const events = far.packets.filter(packet => packet.payloadType === 101)
    expect(events.filter(packet => (packet.payload[1]! & 0x80) !== 0).length).toBe(3)
    expect(new Set(events.map(packet => packet.timestamp)).size).toBe(1)
  })

  test('PCMA is heard and spoken, and µ-law is what this side sees', async () => {
    await using far = await openFarEnd()
    await using stream = await engine.openStream(soon())
    const frames: Uint8Array[] = []
    stream.onFrame(frame => frames.push(frame.slice()))
    stream.start(media(far.port, { codec: { name: 'PCMA', payloadType: 8 } }))
    await until(() => far.packets.length > 2, 'packets flow')
    expect(far.packets[0]?.payloadType).toBe(8)
    expect(far.packets[0]?.payload.every(byte => byte === 0xd5)).toBe(true)
    far.send({ payloadType: 8, payload: new Uint8Array(160).fill(0xd5) }, stream.port)
    await until(() => frames.length > 0, 'a frame was heard')
    expect(frames[0]?.length).toBe(160)
    expect(mulawLevelDbfs(frames[0]!)).toBeLessThan(-65)
  })

  test('a stranger is counted and not heard; the stream answers to the source it hears', async () => {
    await using far = await openFarEnd()
    await using stranger = await openFarEnd()
    await using behindNat = await openFarEnd()
    await using stream = await engine.openStream(soon())
    let frames = 0
    stream.onFrame(() => frames++)
    stream.start(media(far.port))
    behindNat.send({ sequence: 1 }, stream.port)
    await until(() => frames === 1, 'the first source is heard')
    stranger.send({ sequence: 2, timestamp: 160 }, stream.port)
    await until(() => stream.stats().strangers === 1, 'the stranger was counted')
    await until(() => behindNat.packets.length > 0, 'audio goes where it comes from')
    far.send({ sequence: 2, timestamp: 160 }, stream.port)
    await until(() => stream.stats().received === 2, 'the signalled source is believed')
  })

  test('on hold nothing is sent, and queued audio waits', async () => {
    await using far = await openFarEnd()
    await using stream = await engine.openStream(soon())
    stream.start(media(far.port, { direction: 'recvonly' }))
    stream.write(toneBytes(100))
    await wait(200)
    expect(far.packets.length).toBe(0)
    expect(stream.queuedMs).toBe(100)
    stream.start(media(far.port))
    await until(() => stream.queuedMs === 0, 'the queue plays after the hold')
  })

  test('a throwing listener is reported and disturbs nobody', async () => {
    const errors: unknown[] = []
    await using own = await openMediaEngine({ host, onListenerError: error => errors.push(error) })
    await using stream = await own.openStream(soon())
    await using far = await openFarEnd()
    let heard = 0
    stream.onFrame(() => {
      throw new Error('broken')
    })
    stream.onFrame(() => heard++)
    stream.start(media(far.port))
    far.send({}, stream.port)
    await until(() => heard === 1, 'the second listener heard')
    expect(errors.length).toBe(1)
  })

  test('two minutes are queued, and not more', async () => {
    await using stream = await engine.openStream(soon())
    stream.write(new Uint8Array(960_000))
    expect(() => stream.write(new Uint8Array(1))).toThrow('120 s')
    stream.clear()
    expect(stream.queuedMs).toBe(0)
  })

  test('ports come from the range, and give a clear error when it is used up', async () => {
    await using own = await openMediaEngine({ host, portRange: { min: 42_101, max: 42_104 } })
    await using stream = await own.openStream(soon())
    expect(stream.port).toBe(42_102)
    await expect(own.openStream(soon())).rejects.toThrow('no free RTP port')
  })
})
