import { createSocket, type RemoteInfo } from 'node:dgram'
import { once } from 'node:events'
import { encodeMulaw } from '@parley/wire/audio/g711'
import { makeTone } from '@parley/wire/audio/tone'
import { parseRtp, serializeRtp } from '@parley/wire/rtp/packet'
import { VoiceActivity } from '@parley/rehearsal/stand-ins/voice-activity'
import { silenceMs } from './turns.ts'

/** The null platform: the stand-in's ears and delay with a socket around them, and nothing between. */
const thinkMs = 200
const replySlots = 15
const frame = encodeMulaw(makeTone({ frequenciesHz: [330], durationMs: 20, sampleRateHz: 8_000 }))
const socket = createSocket('udp4').bind(0, '127.0.0.1')
await once(socket, 'listening')

const ears = new Map<number, VoiceActivity>()
/** From the end of each turn to the first packet of the reply, by the caller's port. */
const delays: Record<string, number[]> = {}

function answer(from: RemoteInfo): void {
  const stoppedAt = performance.now()
  setTimeout(() => {
    ;(delays[from.port] ??= []).push(performance.now() - stoppedAt)
    for (let slot = 0; slot < replySlots; slot += 1) setTimeout(() => say(from, slot), slot * 20)
  }, thinkMs)
}

function say(to: RemoteInfo, slot: number): void {
  if (!process.connected) return
  const header = { payloadType: 0, marker: slot === 0, sequence: slot, timestamp: slot * 160, ssrc: 1 }
  socket.send(serializeRtp({ ...header, payload: frame }), to.port, to.address)
}

socket.on('message', (bytes, from) => {
  const ear =
    ears.get(from.port) ??
    new VoiceActivity({ prefixPaddingMs: 0, silenceMs }, ({ type }) => type === 'stopped' && answer(from))
  ears.set(from.port, ear)
  ear.write(parseRtp(bytes).payload)
})
process.on('message', ({ type }: { type: 'port' | 'delays' }) => {
  process.send?.(type === 'port' ? { port: socket.address().port } : { delays })
})
await once(process, 'disconnect')
socket.close()
