const slotMs = 20
const lookEveryMs = 1

/** Calls each sender every 20 ms on a grid of its own, by absolute deadlines; missed slots are skipped. */
export class Pacer implements Disposable {
  readonly #senders = new Map<(slot: number) => void, { startMs: number; slot: number }>()
  readonly #timer: NodeJS.Timeout

  constructor() {
    this.#timer = setInterval(() => this.#turn(), lookEveryMs)
  }

  /** `offsetMs` staggers the senders over the slot. */
  add(send: (slot: number) => void, offsetMs = 0): void {
    this.#senders.set(send, { startMs: performance.now() + offsetMs, slot: 0 })
  }

  remove(send: (slot: number) => void): void {
    this.#senders.delete(send)
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer)
  }

  #turn(): void {
    const nowMs = performance.now()
    for (const [send, state] of this.#senders) {
      if (nowMs < state.startMs + state.slot * slotMs) continue
      send(state.slot)
      state.slot = Math.floor((nowMs - state.startMs) / slotMs) + 1
    }
  }
}
