import { createHmac, timingSafeEqual } from 'node:crypto'

/** The authentication tag of RFC 3711 §4.2: HMAC-SHA1, cut short. */
export class SrtpTag {
  readonly bytes: number
  readonly #key: Uint8Array
  readonly #rollovers = Buffer.alloc(4)

  constructor(key: Uint8Array, bytes: number) {
    this.#key = key
    this.bytes = bytes
  }

  /** Writes the tag of the first `length` bytes behind them, and answers its length. */
  write(datagram: Uint8Array, length: number, rollovers?: number): number {
    datagram.set(this.#of(datagram.subarray(0, length), rollovers), length)
    return this.bytes
  }

  /** Whether the datagram ends with the tag of what stands before it. */
  fits(datagram: Uint8Array, rollovers?: number): boolean {
    const length = datagram.length - this.bytes
    if (length < 0) return false
    return timingSafeEqual(this.#of(datagram.subarray(0, length), rollovers), datagram.subarray(length))
  }

  #of(data: Uint8Array, rollovers: number | undefined): Buffer {
    const hmac = createHmac('sha1', this.#key).update(data)
    if (rollovers !== undefined) {
      this.#rollovers.writeUInt32BE(rollovers >>> 0)
      hmac.update(this.#rollovers)
    }
    return hmac.digest().subarray(0, this.bytes)
  }
}
