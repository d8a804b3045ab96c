/**
 * Takes the protection off what one stream hears (RFC 3711 §3.3, §3.4). The rollover counter is not sent: it is
 * guessed from the sequence number, and a wrong guess fails authentication. Nothing is believed, and no state
 * kept, before the tag fits.
 */
import { CounterCipher, writeCounter } from './counter-cipher.ts'
import { blankRtpPacket, readRtp, RTP_HEADER_BYTES } from './packet.ts'
import { ReplayWindow } from './replay-window.ts'
import { deriveKeys, tagBytes, type SessionKeys, type SrtpKey } from './srtp-key.ts'
import { SrtpTag } from './srtp-tag.ts'

const RTCP_CLEAR_BYTES = 8
const RTCP_INDEX_BYTES = 4
const ENCRYPTED = 0x8000_0000
/** Sources whose numbering is remembered; a far end that changes its own more often is forgotten in turn. */
const MOST_SOURCES = 8

interface Protection {
  keys: SessionKeys
  cipher: CounterCipher
  tag: SrtpTag
  windows: Map<number, ReplayWindow>
}

export class SrtpReceiver {
  readonly #rtp: Protection
  readonly #rtcp: Protection
  readonly #counter = new Uint8Array(16)
  readonly #packet = blankRtpPacket()

  constructor(key: SrtpKey) {
    this.#rtp = protectionOf(key, 'rtp')
    this.#rtcp = protectionOf(key, 'rtcp')
  }

  /** The plain packet, decrypted in place; undefined where it is not authentic, not RTP, or was heard before. */
  openRtp(datagram: Uint8Array): Uint8Array | undefined {
    const { tag, keys, cipher } = this.#rtp
    const length = datagram.length - tag.bytes
    if (length < RTP_HEADER_BYTES) return undefined
    const plain = datagram.subarray(0, length)
    const start = payloadStart(plain)
    if (start === undefined) return undefined
    const view = new DataView(datagram.buffer, datagram.byteOffset, datagram.length)
    const ssrc = view.getUint32(8)
    const window = this.#rtp.windows.get(ssrc) ?? new ReplayWindow()
    const index = guessIndex(view.getUint16(2), window.highest)
    if (!window.isFresh(index) || !tag.fits(datagram, Math.floor(index / 0x1_0000))) return undefined
    writeCounter(this.#counter, { salt: keys.salt, ssrc, index })
    cipher.apply(this.#counter, plain.subarray(start))
    // Padding is inside of the encryption: only now can the packet be read as a whole.
    if (readRtp(plain, this.#packet) !== undefined) return undefined
    remember(this.#rtp.windows, ssrc, window).take(index)
    return plain
  }

  /** The plain compound, decrypted in place; undefined where it is not authentic or was heard before. */
  openRtcp(datagram: Uint8Array): Uint8Array | undefined {
    const { tag, keys, cipher } = this.#rtcp
    const length = datagram.length - tag.bytes - RTCP_INDEX_BYTES
    if (length < RTCP_CLEAR_BYTES) return undefined
    const view = new DataView(datagram.buffer, datagram.byteOffset, datagram.length)
    const word = view.getUint32(length)
    const index = word & 0x7fff_ffff
    const ssrc = view.getUint32(4)
    const window = this.#rtcp.windows.get(ssrc) ?? new ReplayWindow()
    if (!window.isFresh(index) || !tag.fits(datagram)) return undefined
    const plain = datagram.subarray(0, length)
    if ((word & ENCRYPTED) !== 0) {
      writeCounter(this.#counter, { salt: keys.salt, ssrc, index })
      cipher.apply(this.#counter, plain.subarray(RTCP_CLEAR_BYTES))
    }
    remember(this.#rtcp.windows, ssrc, window).take(index)
    return plain
  }
}

function protectionOf(key: SrtpKey, kind: 'rtp' | 'rtcp'): Protection {
  const keys = deriveKeys(key, kind)
  return {
    keys,
    cipher: new CounterCipher(keys.cipher),
    tag: new SrtpTag(keys.authentication, tagBytes(key.suite, kind)),
    windows: new Map(),
  }
}

function remember(windows: Map<number, ReplayWindow>, ssrc: number, window: ReplayWindow): ReplayWindow {
  const [oldest] = windows.keys()
  if (!windows.has(ssrc) && windows.size >= MOST_SOURCES && oldest !== undefined) windows.delete(oldest)
  windows.set(ssrc, window)
  return window
}

/** RFC 3711 §3.3.1: the rollover count that brings the sequence number nearest to the highest one heard. */
export function guessIndex(sequence: number, highest: number): number {
  if (highest < 0) return sequence
  const last = highest % 0x1_0000
  const rollovers = Math.floor(highest / 0x1_0000)
  const ahead = sequence - last
  if (ahead > 0x8000 && rollovers > 0) return (rollovers - 1) * 0x1_0000 + sequence
  const wrapped = ahead < -0x8000 ? 1 : 0
  return (rollovers + wrapped) * 0x1_0000 + sequence
}

/** Behind header, contributing sources and extension, all of which stay readable; undefined where they claim more than there is. */
function payloadStart(packet: Uint8Array): number | undefined {
  const first = packet[0] ?? 0
  if (first >> 6 !== 2) return undefined
  let at = RTP_HEADER_BYTES + (first & 0x0f) * 4
  if (first & 0x10) at += 4 + 4 * (((packet[at + 2] ?? 0) << 8) | (packet[at + 3] ?? 0))
  return at <= packet.length ? at : undefined
}
