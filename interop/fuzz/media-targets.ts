import { Incoming } from '@parley/wire/rtp/incoming'
import { RTP_HEADER_BYTES, serializeRtp } from '@parley/wire/rtp/packet'
import { serializeRtcp } from '@parley/wire/rtp/rtcp'
import { SrtpReceiver } from '@parley/wire/rtp/srtp-receiver'
import { SrtpSender } from '@parley/wire/rtp/srtp-sender'
import type { Target } from './targets.ts'

/** Everything behind the parsers: no datagram, in whatever state earlier ones left a stream, may raise anything. */

const source = { host: '192.0.2.1', port: 4000 }
const key = { suite: 'AES_CM_128_HMAC_SHA1_80', master: new Uint8Array(30).fill(7) } as const

const packet = (payloadType: number, payload: Uint8Array): Uint8Array =>
  serializeRtp({ payloadType, marker: false, sequence: 65_530, timestamp: 160, ssrc: 7, payload })

const audio = new Uint8Array(160).fill(0x31)
const packets = [
  packet(0, audio),
  packet(8, audio),
  packet(9, audio),
  packet(13, Uint8Array.of(60)),
  packet(101, Uint8Array.of(5, 0x8a, 3, 32)),
]

/** With one contributing source, an extension of one word and four bytes of padding. */
function decorated(): Uint8Array {
  const plain = packet(0, audio)
  plain[0] = 0xb1
  const extra = Uint8Array.of(0, 0, 0, 9, 0xbe, 0xde, 0, 1, 1, 2, 3, 4)
  return Buffer.concat([
    plain.subarray(0, RTP_HEADER_BYTES),
    extra,
    plain.subarray(RTP_HEADER_BYTES),
    Uint8Array.of(0, 0, 0, 4),
  ])
}

/** A stream that lives through all inputs, a few ms apart. */
function hearing(): (input: Uint8Array) => void {
  const incoming = new Incoming(
    { remote: source, codec: { name: 'PCMU', payloadType: 0 }, telephoneEvent: 101, direction: 'sendrecv' },
    {
      originMs: 0,
      numbers: new Float64Array(64),
      sinks: { samples: () => undefined, frame: () => undefined, digit: () => undefined },
    },
  )
  let nowMs = 0
  return input => {
    nowMs += 3
    // What is heard is changed in place, and the input is still wanted by whoever found a fault in it.
    incoming.receive(input.slice(), source, nowMs)
    incoming.poll(nowMs)
  }
}

const hear = hearing()
const receiver = new SrtpReceiver(key)
const sender = new SrtpSender(key)
const report = serializeRtcp({ ssrc: 7, cname: 'parley', farewell: true })

export const mediaTargets: readonly Target[] = [
  {
    name: 'stream',
    weight: 1,
    seeds: [...packets, decorated()],
    read: hear,
    expects: () => false,
  },
  {
    name: 'srtp',
    weight: 1,
    seeds: [...packets.map(one => sender.protectRtp(one).slice()), sender.protectRtcp(report).slice()],
    read: input => {
      receiver.openRtp(input.slice())
      receiver.openRtcp(input.slice())
    },
    expects: () => false,
  },
]
