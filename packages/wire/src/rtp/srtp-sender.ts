/**
 * Protects what one stream sends (RFC 3711). RTP: the payload is encrypted, header and payload are
 * authenticated together with the rollover counter, which counts how often the sequence number has wrapped:
 *
 *     RTP header | encrypted payload | tag (10 or 4)
 *     RTCP header, SSRC | encrypted rest | E (1) index (31) | tag (10)
 */
import { CounterCipher, writeCounter } from './counter-cipher.ts'
import { RTP_HEADER_BYTES } from './packet.ts'
import { deriveKeys, tagBytes, type SessionKeys, type SrtpKey } from './srtp-key.ts'
import { SrtpTag } from './srtp-tag.ts'

/** A datagram may still wait in the kernel's queue when the next is built. */
const BUFFERS = 4
const BUFFER_BYTES = 1536
const RTCP_CLEAR_BYTES = 8
const ENCRYPTED = 0x8000_0000

export class SrtpSender {
  readonly #rtp: SessionKeys
  readonly #rtcp: SessionKeys
  readonly #rtpCipher: CounterCipher
  readonly #rtcpCipher: CounterCipher
  readonly #rtpTag: SrtpTag
  readonly #rtcpTag: SrtpTag
  readonly #buffers = Array.from({ length: BUFFERS }, newBuffer)
  readonly #counter = new Uint8Array(16)
  #turn = 0
  #rollovers = 0
  #lastSequence = -1
  #ssrc = -1
  #rtcpIndex = 0

  constructor(key: SrtpKey) {
    this.#rtp = deriveKeys(key, 'rtp')
    this.#rtcp = deriveKeys(key, 'rtcp')
    this.#rtpCipher = new CounterCipher(this.#rtp.cipher)
    this.#rtcpCipher = new CounterCipher(this.#rtcp.cipher)
    this.#rtpTag = new SrtpTag(this.#rtp.authentication, tagBytes(key.suite, 'rtp'))
    this.#rtcpTag = new SrtpTag(this.#rtcp.authentication, tagBytes(key.suite, 'rtcp'))
  }

  /** A packet of ours, whose numbers only ever grow by one and whose header is the plain 12 bytes; valid for the next three calls. */
  protectRtp(packet: Uint8Array): Uint8Array {
    const { bytes, view } = this.#copy(packet)
    const sequence = view.getUint16(2)
    const ssrc = view.getUint32(8)
    // RFC 3711 §3.2.3: the counter is the source's; whoever hears a new one starts at 0.
    if (ssrc !== this.#ssrc) this.#rollovers = 0
    else if (sequence < this.#lastSequence) this.#rollovers++
    this.#ssrc = ssrc
    this.#lastSequence = sequence
    const index = this.#rollovers * 0x1_0000 + sequence
    writeCounter(this.#counter, { salt: this.#rtp.salt, ssrc, index })
    this.#rtpCipher.apply(this.#counter, bytes.subarray(RTP_HEADER_BYTES, packet.length))
    return bytes.subarray(0, packet.length + this.#rtpTag.write(bytes, packet.length, this.#rollovers))
  }

  /** A compound RTCP datagram of ours. */
  protectRtcp(datagram: Uint8Array): Uint8Array {
    const { bytes, view } = this.#copy(datagram)
    const index = this.#rtcpIndex
    this.#rtcpIndex = (this.#rtcpIndex + 1) % ENCRYPTED
    writeCounter(this.#counter, { salt: this.#rtcp.salt, ssrc: view.getUint32(4), index })
    this.#rtcpCipher.apply(this.#counter, bytes.subarray(RTCP_CLEAR_BYTES, datagram.length))
    view.setUint32(datagram.length, ENCRYPTED + index)
    const end = datagram.length + 4
    return bytes.subarray(0, end + this.#rtcpTag.write(bytes, end))
  }

  #copy(datagram: Uint8Array): WireBuffer {
    const buffer = this.#buffers[this.#turn++ % BUFFERS] ?? newBuffer()
    buffer.bytes.set(datagram)
    return buffer
  }
}

interface WireBuffer {
  bytes: Uint8Array
  view: DataView
}

function newBuffer(): WireBuffer {
  const bytes = new Uint8Array(BUFFER_BYTES)
  return { bytes, view: new DataView(bytes.buffer) }
}
