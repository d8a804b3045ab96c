import { createSocket } from 'node:dgram'
import { setTimeout as wait } from 'node:timers/promises'
import { encodeMulaw } from '../src/audio/g711.ts'
import { makeTone } from '../src/audio/tone.ts'
import type { MediaEngine, MediaStream } from '../src/rtp/media-engine.ts'
import type { StreamMedia } from '../src/rtp/negotiated-media.ts'
import { parseRtp, serializeRtp, type RtpPacket } from '../src/rtp/packet.ts'

export const host = '127.0.0.1'
export const soon = (): AbortSignal => AbortSignal.timeout(5000)
export const toneBytes = (durationMs: number, frequencyHz = 440): Uint8Array =>
  encodeMulaw(makeTone({ frequenciesHz: [frequencyHz], durationMs, sampleRateHz: 8000 }))
export const media = (port: number, more: Partial<StreamMedia> = {}): StreamMedia => ({
  remote: { host, port },
  codec: { name: 'PCMU', payloadType: 0 },
  telephoneEvent: 101,
  direction: 'sendrecv',
  ...more,
})

export async function until(condition: () => boolean, what: string): Promise<void> {
  for (let i = 0; i < 1000; i++) {
    if (condition()) return
    await wait(10)
  }
  throw new Error(`gave up waiting until ${what}`)
}

/** A far end of which every packet can be looked at. */
export async function openFarEnd() {
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

/** Two streams that talk to each other. */
export async function openPair(engine: MediaEngine): Promise<[MediaStream, MediaStream]> {
  const a = await engine.openStream(soon())
  const b = await engine.openStream(soon())
  a.start(media(b.port))
  b.start(media(a.port))
  return [a, b]
}
