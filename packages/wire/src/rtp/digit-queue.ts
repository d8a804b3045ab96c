import { digitSlots, type DigitSlot } from './digit-slots.ts'

interface DigitRequest {
  request: number
  slots: DigitSlot[]
}

/** The digits still to be sent, request after request. */
export class DigitQueue {
  readonly #requests: DigitRequest[] = []
  readonly #done: (request: number) => void

  constructor(done: (request: number) => void) {
    this.#done = done
  }

  add(request: number, { digits, asEvents }: { digits: string; asEvents: boolean }): void {
    this.#requests.push({ request, slots: digitSlots(digits, asEvents).reverse() })
  }

  /** What the coming slot carries, or undefined when there are no digits and audio goes on. */
  next(): DigitSlot | undefined {
    const current = this.#requests[0]
    if (!current) return undefined
    const slot = current.slots.pop()
    if (current.slots.length === 0) this.#finish(current)
    return slot
  }

  /** Drops what has not begun; a key that is down is let go of properly, or it would sound on at the far end. */
  cancel(request: number): void {
    const found = this.#requests.find(one => one.request === request)
    if (!found) return
    const kept = found.slots.toReversed()
    const end = kept.findIndex(slot => slot.kind !== 'event' || slot.first)
    found.slots = kept.slice(0, end < 0 ? kept.length : end).reverse()
    if (found.slots.length === 0) this.#finish(found)
  }

  #finish(request: DigitRequest): void {
    this.#requests.splice(this.#requests.indexOf(request), 1)
    this.#done(request.request)
  }
}
