/**
 * The sounding half of a telephone whose crystal is not ours, on a thread of its own: sends PCMU every 20 ms of its
 * own time, and says each click that it hears back one packet later, to the sample. What a recording makes of the
 * distance between click and reply over half an hour is its drift.
 */
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { parentPort, workerData } from 'node:worker_threads'
import { MULAW_SILENCE } from '@parley/wire/audio/g711'
import { parseRtp, serializeRtp } from '@parley/wire/rtp/packet'
import { clickAt, frameSamples, putClick } from './click.ts'

const host = '127.0.0.1'
const samplesPerMs = 8
/** Past and coming audio that is kept. */
const lineSamples = 64 * frameSamples

/** `ppm`: how much faster than ours its crystal swings. */
const { ppm } = workerData as { ppm: number }
const rate = 1 + ppm / 1e6
const socket = createSocket('udp4').bind(0, host)
await once(socket, 'listening')

const startedAt = performance.now()
const line = new Uint8Array(lineSamples).fill(MULAW_SILENCE)
let to: number | undefined
let slot = 0

const ownSamples = (): number => Math.round((performance.now() - startedAt) * rate * samplesPerMs)

socket.on('message', (datagram, from) => {
  to = from.port
  const at = clickAt(parseRtp(datagram).payload)
  if (at !== undefined) putClick(line, (ownSamples() + frameSamples + at) % lineSamples)
})

function speak(): void {
  while (slot * frameSamples <= ownSamples()) {
    const from = (slot * frameSamples) % lineSamples
    const payload = line.slice(from, from + frameSamples)
    line.fill(MULAW_SILENCE, from, from + frameSamples)
    const packet = { payloadType: 0, marker: slot === 0, sequence: slot & 0xffff, ssrc: 7, payload }
    if (to !== undefined)
      socket.send(serializeRtp({ ...packet, timestamp: (slot * frameSamples) >>> 0 }), to, host)
    slot += 1
  }
  const dueMs = startedAt + (slot * frameSamples) / samplesPerMs / rate
  setTimeout(speak, Math.max(1, Math.ceil(dueMs - performance.now())))
}

speak()
parentPort?.postMessage(socket.address().port)
