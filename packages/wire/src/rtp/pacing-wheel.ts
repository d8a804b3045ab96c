/**
 * One clock for all calls: a wheel of twenty 1 ms ticks, each call standing at the least occupied one, so
 * that a call comes round every 20 ms and the calls are spread over that time. Deadlines are absolute, so
 * that lateness never adds up; what a stall made us miss is skipped, for a burst would only fill the far
 * end's jitter buffer. Pure: told the time, it says who is due.
 */

export const TICKS_PER_TURN = 20

export interface WheelSeat<T> {
  readonly rider: T
  /** Tick of slot 0. */
  readonly firstTick: number
}

export class PacingWheel<T> {
  readonly #originMs: number
  readonly #seats: WheelSeat<T>[][] = Array.from({ length: TICKS_PER_TURN }, () => [])
  /** The last tick that was served. */
  #tick = 0

  constructor(originMs: number) {
    this.#originMs = originMs
  }

  msOfTick(tick: number): number {
    return this.#originMs + tick
  }

  /** Seats a rider at the emptiest tick, the soonest of equals; slot 0 is less than one turn away. */
  add(rider: T, nowMs: number): WheelSeat<T> {
    const soonest = Math.max(this.#tick, Math.floor(nowMs - this.#originMs)) + 1
    let best = soonest
    for (let tick = soonest; tick < soonest + TICKS_PER_TURN; tick++)
      if (this.#at(tick).length < this.#at(best).length) best = tick
    const seat = { rider, firstTick: best }
    this.#at(best).push(seat)
    return seat
  }

  remove(seat: WheelSeat<T>): void {
    const seats = this.#at(seat.firstTick)
    const index = seats.indexOf(seat)
    if (index >= 0) seats.splice(index, 1)
  }

  /** Calls `serve` for everybody due up to now, at most once each, with the newest slot that is due. */
  turn(nowMs: number, serve: (rider: T, slot: number) => void): void {
    const target = Math.floor(nowMs - this.#originMs)
    let tick = Math.max(this.#tick + 1, target - TICKS_PER_TURN + 1)
    for (; tick <= target; tick++) {
      const seats = this.#at(tick)
      // Backwards, so that a rider who leaves while being served disturbs nobody.
      for (let i = seats.length - 1; i >= 0; i--) {
        const seat = seats[i]
        if (seat && seat.firstTick <= tick) serve(seat.rider, (tick - seat.firstTick) / TICKS_PER_TURN)
      }
    }
    this.#tick = Math.max(this.#tick, target)
  }

  /** When somebody is due next, or undefined while nobody rides. */
  nextDueMs(): number | undefined {
    for (let tick = this.#tick + 1; tick <= this.#tick + TICKS_PER_TURN; tick++)
      if (this.#at(tick).length > 0) return this.msOfTick(tick)
    return undefined
  }

  #at(tick: number): WheelSeat<T>[] {
    return this.#seats[tick % TICKS_PER_TURN] ?? []
  }
}
