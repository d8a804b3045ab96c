import { createSocket } from 'node:dgram'
import { setTimeout as wait } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { host, media, openFarEnd, soon, toneBytes, until } from '../../test/loopback.ts'
import { newSrtpKeys } from '../sdp/crypto-line.ts'
import { openMediaEngine, type MediaEngine } from './media-engine.ts'
import { middleOfNtp } from './ntp-time.ts'
import { parseRtcp, serializeRtcp, type RtcpPacket } from './rtcp.ts'

describe('the life of a stream', () => {
  let engine: MediaEngine
  beforeAll(async () => {
    engine = await openMediaEngine({ host })
  })
  afterAll(async () => {
    await engine[Symbol.asyncDispose]()
  })

  test('gives out even ports', async () => {
    await using stream = await engine.openStream(soon())
    expect(stream.port % 2).toBe(0)
    expect(stream.positionMs).toBe(0)
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

  test('reports tell the round trip, and the end of a stream says farewell', async () => {
    await using far = await openFarEnd()
    await using stream = await engine.openStream(soon())
    const reports: RtcpPacket[] = []
    const socket = createSocket('udp4')
    socket.on('message', (bytes, from) => {
      const packets = parseRtcp(bytes)
      reports.push(...packets)
      const report = packets[0]
      if (report?.type !== 'sender_report' || reports.some(one => one.type === 'farewell')) return
      const { ntpSeconds: seconds, ntpFraction: fraction } = report.sender
      const block = { ssrc: report.ssrc, fractionLost: 64, cumulativeLost: 7, highestSequence: 9, jitter: 24 }
      const lastSenderReport = middleOfNtp({ seconds, fraction })
      const answer = serializeRtcp({
        ssrc: 7,
        cname: 'far',
        farewell: false,
        block: { ...block, lastSenderReport, delaySinceLast: 0 },
      })
      setTimeout(() => socket.send(answer, from.port, from.address), 30)
    })
    await new Promise<void>(resolve => void socket.bind(0, host, resolve))
    stream.start(media(far.port, { rtcp: { host, port: socket.address().port } }))
    await until(() => stream.stats().roundTripMs > 0, 'the round trip is known')
    expect(stream.stats().roundTripMs).toBeGreaterThan(25)
    expect(stream.stats()).toMatchObject({ farLost: 7, farLossShare: 0.25, farJitterMs: 3 })
    const report = reports.find(one => one.type === 'sender_report')!
    expect(report.sender.packetCount).toBeGreaterThan(100)
    expect(report.sender.octetCount).toBe(report.sender.packetCount * 160)
    expect(report.ssrc).toBe(far.packets[0]!.ssrc)
    await stream[Symbol.asyncDispose]()
    await until(() => reports.some(one => one.type === 'farewell'), 'the farewell came')
    socket.close()
  })

  test('a protected stream speaks and hears nothing in the clear', async () => {
    const [ours, theirs] = newSrtpKeys()
    if (!ours || !theirs) throw new Error('no keys')
    await using a = await engine.openStream(soon())
    await using b = await engine.openStream(soon())
    await using clear = await openFarEnd()
    const heard: number[] = []
    b.onFrame(frame => {
      if (frame.some(byte => byte !== 0xff)) heard.push(...frame)
    })
    a.start(media(b.port, { srtp: { send: ours, receive: theirs } }))
    b.start(media(a.port, { srtp: { send: theirs, receive: ours } }))
    const spoken = toneBytes(400)
    a.write(spoken)
    await until(() => heard.length >= spoken.length, 'the tone was heard')
    expect(heard).toEqual([...spoken])
    clear.send({ sequence: 9 }, a.port)
    await until(() => a.stats().unauthentic === 1, 'what is not authentic was refused')
    expect(a.stats().strangers + b.stats().unauthentic).toBe(0)
    await until(() => a.stats().roundTripMs > 0, 'protected reports go both ways')
  })

  test('a far end that sends nothing is reported', async () => {
    await using far = await openFarEnd()
    await using stream = await engine.openStream(soon())
    const stalls: [number, string][] = []
    stream.onStall((sinceMs, cause) => stalls.push([sinceMs, cause]))
    stream.start(media(far.port))
    expect(stream.stats().oneWay).toBeNull()
    await until(() => stream.stats().oneWay !== null, 'the dead direction was noticed')
    expect(stream.positionMs).toBeLessThan(5500)
    await until(() => stalls.length > 0, 'the stall was reported')
    expect(stalls).toEqual([[5000, 'nothing_came']])
    expect(stream.positionMs).toBeGreaterThanOrEqual(4990)
  })

  test('a stream that is closed is quiet about it', async () => {
    const stream = await engine.openStream(soon())
    const marks: [string, boolean][] = []
    stream.onMark((name, _atMs, cleared) => marks.push([name, cleared]))
    await expect(stream.sendDigits('1', soon())).rejects.toThrow('running')
    stream.start(media(9))
    stream.write(toneBytes(1000))
    stream.mark('cut off')
    const digits = stream.sendDigits('123', soon())
    await stream[Symbol.asyncDispose]()
    await stream[Symbol.asyncDispose]()
    await expect(digits).rejects.toThrow('closed')
    stream.write(toneBytes(20))
    stream.mark('too late')
    expect(marks).toEqual([
      ['cut off', true],
      ['too late', true],
    ])
  })

  test('an address that is not ours is a clear error, and a name is refused', async () => {
    await using foreign = await openMediaEngine({ host: '192.0.2.1' })
    await expect(foreign.openStream(soon())).rejects.toThrow('EADDRNOTAVAIL')
    await expect(openMediaEngine({ host: 'example.com' })).rejects.toThrow(TypeError)
  })

  test('a media thread that dies is told, and nobody waits for it', async () => {
    const posts = vi.spyOn(Worker.prototype, 'postMessage')
    await using own = await openMediaEngine({ host })
    await using stream = await own.openStream(soon())
    const worker = posts.mock.contexts.at(-1) as Worker
    posts.mockRestore()
    stream.start(media(9))
    const digits = stream.sendDigits('123', soon())
    await worker.terminate()
    expect((await own.failed).message).toContain('ended')
    await expect(digits).rejects.toThrow('closed')
    await expect(own.openStream(soon())).rejects.toThrow('closed')
  })

  test('giving up on a stream gives its ports back', async () => {
    await using own = await openMediaEngine({ host, portRange: { min: 42_202, max: 42_203 } })
    const abort = new AbortController()
    const opening = own.openStream(abort.signal)
    abort.abort(new Error('caller is gone'))
    await expect(opening).rejects.toThrow('caller is gone')
    await using stream = await own.openStream(soon())
    expect(stream.port).toBe(42_202)
  })

  test('a closed engine opens nothing, and its end is no failure', async () => {
    const own = await openMediaEngine({ host, recordTap: false })
    let failed = false
    void own.failed.then(() => (failed = true))
    const stream = await own.openStream(soon())
    stream.onTap(() => expect.unreachable())
    stream.start(media(9))
    await wait(300)
    await own[Symbol.asyncDispose]()
    await expect(own.openStream(soon())).rejects.toThrow('closed')
    expect(failed).toBe(false)
  })

  test('two minutes are queued, and not more', async () => {
    await using stream = await engine.openStream(soon())
    stream.write(new Uint8Array(960_000))
    expect(() => stream.write(new Uint8Array(1))).toThrow('120 s')
    stream.clear()
    expect(stream.queuedMs).toBe(0)
    stream.write(new Uint8Array(960_000))
    expect(stream.queuedMs).toBe(120_000)
  })

  test('ports come from the range, and give a clear error when it is used up', async () => {
    await using own = await openMediaEngine({ host, portRange: { min: 42_101, max: 42_104 } })
    await using stream = await own.openStream(soon())
    expect(stream.port).toBe(42_102)
    await expect(own.openStream(soon())).rejects.toThrow('no free RTP port')
  })
})
