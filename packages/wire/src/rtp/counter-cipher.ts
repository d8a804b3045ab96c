/**
 * AES in counter mode as RFC 3711 §4.1.1 uses it. Node's own counter mode would need a new cipher, with its key
 * schedule, for every packet: here one block cipher lives as long as the key and encrypts the counters.
 */
import { createCipheriv, type Cipheriv } from 'node:crypto'

const BLOCK_BYTES = 16
/** More than any datagram of ours has. */
const MOST_BLOCKS = 128

export class CounterCipher {
  readonly #cipher: Cipheriv
  readonly #counters = new Uint8Array(MOST_BLOCKS * BLOCK_BYTES)

  constructor(key: Uint8Array) {
    this.#cipher = createCipheriv('aes-128-ecb', key, null).setAutoPadding(false)
  }

  /** Encrypts or decrypts `data` in place. The last two bytes of `counter` count blocks, from 0. */
  apply(counter: Uint8Array, data: Uint8Array): void {
    const blocks = Math.ceil(data.length / BLOCK_BYTES)
    if (blocks > MOST_BLOCKS) throw new RangeError('too long to be one packet')
    for (let block = 0; block < blocks; block++) {
      const at = block * BLOCK_BYTES
      this.#counters.set(counter, at)
      this.#counters[at + BLOCK_BYTES - 1] = block
    }
    const stream = this.#cipher.update(this.#counters.subarray(0, blocks * BLOCK_BYTES))
    for (let i = 0; i < data.length; i++) data[i] = (data[i] ?? 0) ^ (stream[i] ?? 0)
  }
}

/**
 * The counter block of one packet: salt ⊕ SSRC · 2⁶⁴ ⊕ index · 2¹⁶, written into `counter`. The index has up to
 * 48 bits, so it comes as a plain number.
 */
export function writeCounter(
  counter: Uint8Array,
  { salt, ssrc, index }: { salt: Uint8Array; ssrc: number; index: number },
): void {
  counter.set(salt)
  const high = Math.floor(index / 2 ** 32)
  const low = index >>> 0
  xor16(counter, { at: 4, value: ssrc >>> 16 })
  xor16(counter, { at: 6, value: ssrc })
  xor16(counter, { at: 8, value: high })
  xor16(counter, { at: 10, value: low >>> 16 })
  xor16(counter, { at: 12, value: low })
}

function xor16(bytes: Uint8Array, { at, value }: { at: number; value: number }): void {
  bytes[at] = (bytes[at] ?? 0) ^ ((value >>> 8) & 0xff)
  bytes[at + 1] = (bytes[at + 1] ?? 0) ^ (value & 0xff)
}
