/**
 * Hears keypad tones (ITU-T Q.23) in the audio itself, for lines that carry keys no other way (Q.24 says what a
 * receiver must accept). Goertzel filters measure the eight frequencies over blocks of 12.75 ms: short enough that
 * a tone of 40 ms surely covers two whole ones.
 *
 * Speech holds such pairs by chance now and then ("talk-off"). So the pair must carry nearly all of the block's
 * energy, stand out of its row and column, be of like level (twist), and last for two blocks.
 */
import { keypadTone } from './tone.ts'

const SAMPLE_RATE_HZ = 8000
const BLOCK_SAMPLES = 102
const ROWS = ['1', '4', '7', '*'].map(key => keypadTone(key)?.[0] ?? 0)
const COLUMNS = ['1', '2', '3', 'A'].map(key => keypadTone(key)?.[1] ?? 0)
const KEYS = '123A456B789C*0#D'
/** Power of a tone of −42 dBm0 or so in one block: below it there is nothing to hear. */
const LEAST_ENERGY = BLOCK_SAMPLES * 120 ** 2
/** How much louder the column may be than the row (lines damp high tones less often), and the row than the column. */
const COLUMN_TWIST = 2.5
const ROW_TWIST = 6.3
/** The strongest of a group over each other of it. */
const PEAK = 5
/** Share of the block's energy that the two tones must hold. A clean pair has nearly 1, the start of one less. */
const PAIR_SHARE = 0.78
/** A tone of amplitude a has the Goertzel power (a · N / 2)², and the energy a² · N / 2. */
const POWER_PER_ENERGY = BLOCK_SAMPLES / 2
const BLOCKS_TO_BELIEVE = 2
/** A key held down over a lost packet stays one key; the pause between two keys is 40 ms at least. */
const BLOCKS_TO_RELEASE = 3

const coefficientOf = (frequencyHz: number): number =>
  2 * Math.cos((2 * Math.PI * frequencyHz) / SAMPLE_RATE_HZ)
const COEFFICIENTS = Float64Array.from([...ROWS, ...COLUMNS], coefficientOf)
const GROUP = 4

export class KeypadDetector {
  readonly #last = new Float64Array(2 * GROUP)
  readonly #lastButOne = new Float64Array(2 * GROUP)
  readonly #powers = new Float64Array(2 * GROUP)
  readonly #press: (key: string) => void
  #filled = 0
  #energy = 0
  #candidate: string | undefined
  #candidateBlocks = 0
  #down: string | undefined
  #blocksWithout = 0

  /** `press` hears each key once, about 25 ms after it went down. */
  constructor(press: (key: string) => void) {
    this.#press = press
  }

  /** Linear samples at 8 kHz, in order. */
  push(samples: Int16Array): void {
    for (let at = 0; at < samples.length; ) {
      const end = Math.min(samples.length, at + BLOCK_SAMPLES - this.#filled)
      for (let tone = 0; tone < 2 * GROUP; tone++) this.#filter(tone, samples.subarray(at, end))
      for (let i = at; i < end; i++) this.#energy += (samples[i] ?? 0) ** 2
      this.#filled += end - at
      at = end
      if (this.#filled === BLOCK_SAMPLES) this.#endBlock()
    }
  }

  #filter(tone: number, samples: Int16Array): void {
    const coefficient = COEFFICIENTS[tone] ?? 0
    let last = this.#last[tone] ?? 0
    let lastButOne = this.#lastButOne[tone] ?? 0
    for (let i = 0; i < samples.length; i++) {
      const next = (samples[i] ?? 0) + coefficient * last - lastButOne
      lastButOne = last
      last = next
    }
    this.#last[tone] = last
    this.#lastButOne[tone] = lastButOne
  }

  #endBlock(): void {
    for (let tone = 0; tone < 2 * GROUP; tone++) {
      const last = this.#last[tone] ?? 0
      const before = this.#lastButOne[tone] ?? 0
      this.#powers[tone] = last * last + before * before - (COEFFICIENTS[tone] ?? 0) * last * before
    }
    this.#hear(keyIn(this.#powers, this.#energy))
    this.#last.fill(0)
    this.#lastButOne.fill(0)
    this.#filled = 0
    this.#energy = 0
  }

  #hear(key: string | undefined): void {
    this.#candidateBlocks = key !== undefined && key === this.#candidate ? this.#candidateBlocks + 1 : 1
    this.#candidate = key
    if (this.#down !== undefined) {
      this.#blocksWithout = key === this.#down ? 0 : this.#blocksWithout + 1
      if (this.#blocksWithout >= BLOCKS_TO_RELEASE) this.#down = undefined
    }
    if (key === undefined || key === this.#down || this.#candidateBlocks < BLOCKS_TO_BELIEVE) return
    this.#down = key
    this.#blocksWithout = 0
    this.#press(key)
  }
}

/** The key whose two tones a block of this energy holds, and next to nothing else. */
function keyIn(powers: Float64Array, energy: number): string | undefined {
  if (energy < LEAST_ENERGY) return undefined
  const row = strongest(powers.subarray(0, GROUP))
  const column = strongest(powers.subarray(GROUP))
  if (row === undefined || column === undefined) return undefined
  const rowPower = powers[row] ?? 0
  const columnPower = powers[GROUP + column] ?? 0
  if (columnPower > COLUMN_TWIST * rowPower || rowPower > ROW_TWIST * columnPower) return undefined
  if (rowPower + columnPower < PAIR_SHARE * POWER_PER_ENERGY * energy) return undefined
  return KEYS[GROUP * row + column]
}

/** Which of a group stands out, if one does. */
function strongest(group: Float64Array): number | undefined {
  let best = 0
  for (let i = 1; i < group.length; i++) if ((group[i] ?? 0) > (group[best] ?? 0)) best = i
  const limit = (group[best] ?? 0) / PEAK
  for (let i = 0; i < group.length; i++) if (i !== best && (group[i] ?? 0) > limit) return undefined
  return best
}
