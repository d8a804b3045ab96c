/** Keeps what was used last, up to so many bytes, each for so long. */
export class ByteCache {
  readonly #most: { readonly bytes: number; readonly ageMs: number }
  readonly #clock: () => number
  /** The one that was used last comes last. */
  readonly #kept = new Map<string, { readonly bytes: Uint8Array; readonly until: number }>()
  #size = 0

  /** `clock`: milliseconds. */
  constructor(most: { readonly bytes: number; readonly ageMs: number }, clock: () => number) {
    this.#most = most
    this.#clock = clock
  }

  get(key: string): Uint8Array | undefined {
    const kept = this.#kept.get(key)
    if (kept === undefined) return undefined
    this.delete(key)
    if (kept.until <= this.#clock()) return undefined
    this.#put(key, kept)
    return kept.bytes
  }

  set(key: string, bytes: Uint8Array): void {
    this.delete(key)
    if (bytes.length > this.#most.bytes) return
    this.#put(key, { bytes, until: this.#clock() + this.#most.ageMs })
    for (const oldest of this.#kept.keys()) {
      if (this.#size <= this.#most.bytes) return
      this.delete(oldest)
    }
  }

  delete(key: string): void {
    this.#size -= this.#kept.get(key)?.bytes.length ?? 0
    this.#kept.delete(key)
  }

  #put(key: string, kept: { readonly bytes: Uint8Array; readonly until: number }): void {
    this.#kept.set(key, kept)
    this.#size += kept.bytes.length
  }
}
