import { describe, expect, it } from 'vitest'
import { TAPE_LAG_SLOTS, Tape } from './tape.ts'

const SILENCE = 0xff

function record() {
  const pairs: [number, number, number][] = []
  const tape = new Tape((heard, played, atMs) => pairs.push([atMs, heard[0] ?? 0, played[0] ?? 0]))
  return { tape, pairs }
}
const frame = (mark: number) => new Uint8Array(160).fill(mark)

describe('the tape of a call', () => {
  it('pairs both sides at their places, late and early ones too', () => {
    const { tape, pairs } = record()
    tape.writePlayed(3, frame(7))
    tape.advance(2)
    tape.writeHeard(frame(5), 160)
    tape.end(5)
    expect(pairs).toEqual([
      [0, SILENCE, SILENCE],
      [20, 5, SILENCE],
      [40, SILENCE, SILENCE],
      [60, SILENCE, 7],
      [80, SILENCE, SILENCE],
    ])
  })

  it('hands a slot out once it is old enough, and takes nothing for it afterwards', () => {
    const { tape, pairs } = record()
    tape.advance(TAPE_LAG_SLOTS)
    expect(pairs).toEqual([])
    tape.advance(TAPE_LAG_SLOTS + 2)
    expect(pairs.map(([atMs]) => atMs)).toEqual([0, 20])
    tape.writeHeard(frame(5), 0)
    tape.end(4)
    expect(pairs.every(([, heard]) => heard === SILENCE)).toBe(true)
  })

  it('forgets what was cleared before it was played', () => {
    const { tape, pairs } = record()
    for (let slot = 0; slot < 4; slot++) tape.writePlayed(slot, frame(7))
    tape.erasePlayedFrom(2)
    tape.end(4)
    expect(pairs.map(([, , played]) => played)).toEqual([7, 7, SILENCE, SILENCE])
  })

  it('takes audio that straddles its edges', () => {
    const { tape, pairs } = record()
    tape.advance(TAPE_LAG_SLOTS + 1)
    tape.writeHeard(new Uint8Array(480).fill(5), 80)
    tape.end(4)
    expect(pairs.map(([, heard]) => heard)).toEqual([SILENCE, 5, 5, 5])
  })
})
