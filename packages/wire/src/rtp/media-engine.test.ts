import { setTimeout as wait } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { host, media, openFarEnd, openPair, soon, toneBytes, until } from '../../test/loopback.ts'
import { mulawLevelDbfs } from '../audio/level.ts'
import { openMediaEngine, type MediaEngine } from './media-engine.ts'

describe('audio through the media engine', () => {
  let engine: MediaEngine
  beforeAll(async () => {
    engine = await openMediaEngine({ host })
  })
  afterAll(async () => {
    await engine[Symbol.asyncDispose]()
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
    const [a, b] = await openPair(engine)
    await using _a = a
    await using _b = b
    const heard: number[] = []
    // Whole frames of silence lie around the tone, and within it where this machine was too late to send.
    b.onFrame(frame => {
      if (frame.some(byte => byte !== 0xff)) heard.push(...frame)
    })
    const spoken = toneBytes(1000)
    a.write(spoken)
    await until(() => heard.length >= spoken.length, 'the tone was heard')
    await wait(60)
    expect(heard).toEqual([...spoken])
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
    expect(marks.every(mark => !mark.cleared && Number.isInteger(mark.atMs))).toBe(true)
    const laterMs = marks[1]!.atMs - marks[0]!.atMs - 120
    expect(laterMs % 20).toBe(0)
    expect(laterMs).toBeGreaterThanOrEqual(0)
    expect(laterMs).toBeLessThanOrEqual(20 * stream.stats().skippedSlots)
    const loud = far.packets.filter(packet => mulawLevelDbfs(packet.payload) > -40)
    expect(loud.length).toBe(16)
    expect(loud[0]?.marker || far.packets[0] === loud[0]).toBe(true)
  })

  test('speech for a silent line leaves at once, in exact steps, and the clock keeps its time', async () => {
    await using far = await openFarEnd()
    await using stream = await engine.openStream(soon())
    stream.start(media(far.port))
    await until(() => far.packets.length > 2, 'silence flows')
    let atOnce = 0
    for (let i = 0; i < 20; i++) {
      const before = far.packets.length
      await until(() => far.packets.length > before, 'a packet of silence came')
      const writtenAt = performance.now()
      stream.write(toneBytes(60))
      const isSpeech = (packet: { payload: Uint8Array }): boolean => mulawLevelDbfs(packet.payload) > -40
      await until(() => far.packets.slice(before).filter(isSpeech).length === 3, 'the speech came')
      const first = far.packets.slice(before).find(isSpeech)
      expect(first?.marker).toBe(true)
      // On a grid that never moved each would wait for the slot after the silence that just came.
      if (first && first.atMs - writtenAt < 10) atOnce++
      await until(() => !isSpeech(far.packets.at(-1) ?? { payload: toneBytes(20) }), 'silence is back')
    }
    expect(atOnce).toBeGreaterThanOrEqual(10)
    const { skippedSlots } = stream.stats()
    const [first, last] = [far.packets[0]!, far.packets.at(-1)!]
    const slots = ((last.timestamp - first.timestamp) >>> 0) / 160
    expect(slots).toBe(far.packets.length - 1 + skippedSlots)
    far.packets.slice(1).forEach((packet, i) => {
      expect((packet.sequence - far.packets[i]!.sequence) & 0xffff).toBe(1)
      expect(((packet.timestamp - far.packets[i]!.timestamp) >>> 0) % 160).toBe(0)
    })
    expect(Math.abs(stream.positionMs - slots * 20)).toBeLessThan(100)
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
    const [a, b] = await openPair(engine)
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
    // Speech leaves between two slots of the recording.
    expect(playedLoud.length).toBeGreaterThanOrEqual(10)
    expect(playedLoud.length).toBeLessThanOrEqual(11 + 2 * a.stats().skippedSlots)
    expect(heardLoud.length).toBeGreaterThanOrEqual(20)
    expect(heardLoud.length).toBeLessThanOrEqual(22 + 2 * b.stats().skippedSlots)
    // Said at spokenAt, on the wire within a slot, placed at its arrival.
    expect(Math.abs(heardLoud[0]!.atMs - (spokenAt + offset + 10))).toBeLessThanOrEqual(
      80 + 20 * b.stats().skippedSlots,
    )
  })

  test('keys pressed here are digits there, once each, and audio goes on after them', async () => {
    const [a, b] = await openPair(engine)
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

  test('tones are digits where no events were agreed, and only there', async () => {
    await using a = await engine.openStream(soon())
    await using b = await engine.openStream(soon())
    const digits: string[] = []
    b.onDigit(digit => digits.push(digit))
    const { telephoneEvent: _, ...withoutEvents } = media(b.port)
    a.start(withoutEvents)
    b.start({ ...withoutEvents, remote: { host, port: a.port } })
    await a.sendDigits('17#', soon())
    await until(() => digits.length === 3, 'all digits came')
    b.start(media(a.port))
    await a.sendDigits('5', soon())
    await wait(200)
    expect(digits.join('')).toBe('17#')
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

  test('G.722 is spoken and heard, at 8 kHz on this side', async () => {
    const wideband = { codec: { name: 'G722', payloadType: 9 } } as const
    await using a = await engine.openStream(soon())
    await using b = await engine.openStream(soon())
    const heard: number[] = []
    b.onFrame(frame => heard.push(...frame))
    a.start(media(b.port, wideband))
    b.start(media(a.port, wideband))
    const spoken = toneBytes(400)
    a.write(spoken)
    const loud = (): number[] => heard.filter(byte => byte !== 0xff && byte !== 0x7f)
    await until(() => loud().length >= 0.9 * spoken.length, 'the tone was heard')
    const level = mulawLevelDbfs(Uint8Array.from(loud().slice(800, 2400)))
    expect(Math.abs(level - mulawLevelDbfs(spoken))).toBeLessThan(1)
    expect(b.stats().malformed).toBe(0)
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

  test('a main thread that is busy delays nothing on the wire, and loses nothing it should hear', async () => {
    const [a, b] = await openPair(engine)
    let frames = 0
    let pairs = 0
    b.onFrame(() => frames++)
    b.onTap(() => pairs++)
    await until(() => frames > 5, 'frames are heard')
    const before = b.stats().received
    const busyUntil = performance.now() + 600
    while (performance.now() < busyUntil);
    const { received, skippedSlots } = b.stats()
    expect(received - before + skippedSlots + a.stats().skippedSlots).toBeGreaterThanOrEqual(28)
    await until(() => frames >= received, 'all frames were handed over')
    expect(b.stats().dropped).toBe(0)
    const endMs = b.positionMs
    await a[Symbol.asyncDispose]()
    await b[Symbol.asyncDispose]()
    expect(pairs * 20).toBeGreaterThanOrEqual(endMs - 40)
  })

  test('twenty streams cost little, and none is sent less than it should', async () => {
    const pairs = await Promise.all(Array.from({ length: 10 }, () => openPair(engine)))
    const streams = pairs.flat()
    await wait(1000)
    const usage = process.cpuUsage()
    const before = streams.map(stream => stream.stats())
    const startedAt = performance.now()
    await wait(3000)
    const { user, system } = process.cpuUsage(usage)
    const seconds = (performance.now() - startedAt) / 1000
    streams.forEach((stream, i) => {
      const { sent, skippedSlots } = stream.stats()
      const slots = sent + skippedSlots - before[i]!.sent - before[i]!.skippedSlots
      expect(Math.abs(slots - seconds * 50)).toBeLessThanOrEqual(5)
    })
    // Both directions, recording pairs included; 3 to 5 ms where nothing else runs.
    expect((user + system) / 1000 / streams.length / seconds).toBeLessThan(15)
    for (const stream of streams) await stream[Symbol.asyncDispose]()
  })
})
