import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { encodeMulaw } from '@parley/wire/audio/g711'
import { makeTone } from '@parley/wire/audio/tone'
import { blankRtpPacket, readRtp, serializeRtp } from '@parley/wire/rtp/packet'
import type { Pacer } from '../measure/pacer.ts'
import { isVoiced } from '../measure/voiced.ts'

const host = '127.0.0.1'
const frameBytes = 160
const silence = new Uint8Array(frameBytes).fill(0xff)
const tone = encodeMulaw(makeTone({ frequenciesHz: [440], durationMs: 20, sampleRateHz: 8_000 }))

/** The audio of one caller: a packet each 20 ms, tone or silence, and the times of what comes back. */
export class Line implements AsyncDisposable {
  readonly port: number
  /** Of the first packet that came, and of the first with voice in it; undefined before. */
  firstPacketAt: number | undefined
  firstVoiceAt: number | undefined
  lastVoiceAt: number | undefined
  readonly #socket: Socket
  readonly #pacer: Pacer
  readonly #heard = blankRtpPacket()
  readonly #send = (slot: number): void => this.#sendSlot(slot)
  #remote: { host: string; port: number } | undefined
  #toneSlots = 0
  #quietSlots = 0
  #awaited: { quietSlots: number; told: (atMs: number) => void } | undefined

  static async open(pacer: Pacer): Promise<Line> {
    const socket = createSocket('udp4').bind(0, host)
    await once(socket, 'listening')
    return new Line(socket, pacer)
  }

  constructor(socket: Socket, pacer: Pacer) {
    this.#socket = socket
    this.#pacer = pacer
    this.port = socket.address().port
    socket.on('message', bytes => this.#hear(bytes))
  }

  talkTo(remote: { host: string; port: number }): void {
    this.#remote = remote
    this.#pacer.add(this.#send, Math.random() * 20)
  }

  /** Speaks a tone. Resolves with the time of the packet that completes so much silence after it. */
  speak(toneMs: number, silenceMs: number): Promise<number> {
    this.firstVoiceAt = undefined
    this.#toneSlots = Math.round(toneMs / 20)
    this.#quietSlots = 0
    return new Promise(told => {
      this.#awaited = {
        quietSlots: Math.round(silenceMs / 20),
        told: atMs => {
          this.firstVoiceAt = undefined
          told(atMs)
        },
      }
    })
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.#pacer.remove(this.#send)
    return new Promise(resolve => void this.#socket.close(() => resolve()))
  }

  #sendSlot(slot: number): void {
    if (!this.#remote) return
    const speaking = this.#toneSlots > 0
    const header = { payloadType: 0, marker: slot === 0, sequence: slot & 0xffff, ssrc: this.port }
    const packet = { ...header, timestamp: (slot * frameBytes) >>> 0, payload: speaking ? tone : silence }
    const atMs = performance.now()
    this.#socket.send(serializeRtp(packet), this.#remote.port, this.#remote.host)
    if (speaking) {
      this.#toneSlots -= 1
      return
    }
    this.#quietSlots += 1
    if (this.#quietSlots !== this.#awaited?.quietSlots) return
    this.#awaited.told(atMs)
    this.#awaited = undefined
  }

  #hear(bytes: Uint8Array): void {
    const atMs = performance.now()
    if (readRtp(bytes, this.#heard) !== undefined) return
    this.firstPacketAt ??= atMs
    if (!isVoiced(this.#heard.payload)) return
    this.firstVoiceAt ??= atMs
    this.lastVoiceAt = atMs
  }
}
