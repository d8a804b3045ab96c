/**
 * One clock for all calls: a wheel of twenty 1 ms ticks, each call standing at one of them, so that a call
 * comes round every 20 ms and the calls are spread over that time. Deadlines are absolute, so that lateness
 * never adds up; what a stall made us miss is skipped, for a burst would only fill the far end's jitter
 * buffer. Pure: told the time, it says who is due.
 *
 * A rider may be ahead of its grid, by less than a turn: speech that begins while the line is silent takes
 * its next slot at once (`advance`) and keeps that phase while it lasts; afterwards the rider falls back
 * (`settle`), so that however many talkspurts there were, slot n stays near `firstTick` + 20 n.
 */

export const TICKS_PER_TURN = 20
/** Riders that share a tick before the next one is opened: each wake-up of the thread costs more than a rider. */
const COMPANIONS = 4

export interface WheelSeat<T> {
  readonly rider: T
  /** Tick of slot 0. */
  readonly firstTick: number
  /** How many ticks before its time each slot is served, 0–20. */
  readonly lead: number
}

interface MovableSeat<T> extends WheelSeat<T> {
  lead: number
  /** The last slot that was served. */
  slot: number
  /** Where it stands, modulo a turn. */
  place: number
}

export class PacingWheel<T> {
  readonly #originMs: number
  readonly #riding = new Map<WheelSeat<T>, MovableSeat<T>>()
  readonly #seats: MovableSeat<T>[][] = Array.from({ length: TICKS_PER_TURN }, () => [])
  /** The last tick that was served. */
  #tick = 0

  constructor(originMs: number) {
    this.#originMs = originMs
  }

  msOfTick(tick: number): number {
    return this.#originMs + tick
  }

  /** Seats a rider at the soonest tick that has room, else at the emptiest; slot 0 is at most one turn away. */
  add(rider: T, nowMs: number): WheelSeat<T> {
    const soonest = Math.max(this.#tick, Math.floor(nowMs - this.#originMs)) + 1
    let best = soonest
    for (let tick = soonest; tick < soonest + TICKS_PER_TURN; tick++)
      if (this.#crowdAt(tick) < this.#crowdAt(best)) best = tick
    const place = best % TICKS_PER_TURN
    const seat: MovableSeat<T> = { rider, firstTick: best, lead: 0, slot: -1, place }
    this.#riding.set(seat, seat)
    this.#at(best).push(seat)
    return seat
  }

  remove(seat: WheelSeat<T>): void {
    const found = this.#riding.get(seat)
    if (found) this.#leave(found)
    this.#riding.delete(seat)
  }

  /**
   * Serves a rider's next slot now instead of in its turn, and the following ones 20 ms after each other. One
   * who is ahead by a turn already, or has not begun, is served when the wheel comes to it.
   */
  advance(seat: WheelSeat<T>, nowMs: number, serve: (rider: T, slot: number) => void): void {
    const found = this.#riding.get(seat)
    const tick = Math.floor(nowMs - this.#originMs)
    if (!found || found.slot < 0) return
    const slot = Math.max(found.slot, Math.floor((tick - found.firstTick) / TICKS_PER_TURN)) + 1
    const lead = found.firstTick + slot * TICKS_PER_TURN - tick
    this.#lead(found, Math.min(lead, TICKS_PER_TURN))
    if (lead > TICKS_PER_TURN) return
    found.slot = slot
    serve(found.rider, slot)
  }

  /** Back to the grid: the next slot is served when it is due. */
  settle(seat: WheelSeat<T>): void {
    const found = this.#riding.get(seat)
    if (found && found.lead > 0) this.#lead(found, 0)
  }

  /** Calls `serve` for everybody due up to now, at most once each, with the newest slot that is due. */
  turn(nowMs: number, serve: (rider: T, slot: number) => void): void {
    const target = Math.floor(nowMs - this.#originMs)
    let tick = Math.max(this.#tick + 1, target - TICKS_PER_TURN + 1)
    for (; tick <= target; tick++) {
      const seats = this.#at(tick)
      // Backwards, so that a rider who leaves or moves while being served disturbs nobody.
      for (let i = seats.length - 1; i >= 0; i--) {
        const seat = seats[i]
        if (!seat) continue
        const slot = (tick - seat.firstTick + seat.lead) / TICKS_PER_TURN
        if (slot <= seat.slot) continue
        seat.slot = slot
        serve(seat.rider, slot)
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

  #lead(seat: MovableSeat<T>, lead: number): void {
    this.#leave(seat)
    seat.lead = lead
    seat.place = (seat.firstTick + TICKS_PER_TURN - lead) % TICKS_PER_TURN
    this.#at(seat.place).push(seat)
  }

  #leave(seat: MovableSeat<T>): void {
    const seats = this.#at(seat.place)
    seats.splice(seats.indexOf(seat), 1)
  }

  #crowdAt(tick: number): number {
    const { length } = this.#at(tick)
    return length < COMPANIONS ? 0 : length
  }

  #at(tick: number): MovableSeat<T>[] {
    return this.#seats[tick % TICKS_PER_TURN] ?? []
  }
}
