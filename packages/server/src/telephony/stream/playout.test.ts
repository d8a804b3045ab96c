import { describe, expect, it } from 'vitest'
import { Playout, PlayoutOverflow } from './playout.ts'
import type { MarkReport } from './vendor-marks.ts'

function stage() {
  const said: string[] = []
  const marks: MarkReport[] = []
  const playout = new Playout({
    frame: (frame, slot) => said.push(`${slot}:${frame[0]}`),
    mark: name => said.push(`mark ${name}`),
    clear: () => said.push('clear'),
    erased: slot => said.push(`erased ${slot}`),
    reached: mark => marks.push(mark),
    digitsDone: request => said.push(`digits ${request}`),
  })
  const take = () => said.splice(0)
  return { playout, take, marks }
}

const frames = (count: number, mark = 1) => new Uint8Array(count * 160).fill(mark)

describe('playing out', () => {
  it('sends 200 ms ahead and then a frame for each that has been played', () => {
    const { playout, take } = stage()
    playout.write(frames(15), 0)
    expect(take()).toEqual(Array.from({ length: 10 }, (_, slot) => `${slot}:1`))
    expect(playout.queuedMs(0)).toBe(300)
    playout.pump(19)
    expect(take()).toEqual([])
    playout.pump(20)
    expect(take()).toEqual(['10:1'])
    expect(playout.queuedMs(20)).toBe(280)
    playout.pump(400)
    expect(take()).toHaveLength(4)
  })

  it('begins where the clock is after a silence', () => {
    const { playout, take } = stage()
    playout.write(frames(1), 0)
    playout.write(frames(1, 2), 1_005)
    expect(take()).toEqual(['0:1', '50:2'])
  })

  it('fills an incomplete frame up only when the vendor would run dry', () => {
    const { playout, take } = stage()
    playout.write(frames(5.5), 0)
    expect(take()).toHaveLength(5)
    playout.pump(40)
    expect(take()).toEqual([])
    playout.pump(80)
    expect(take()).toEqual(['5:1'])
    expect(playout.queuedMs(120)).toBe(0)
  })

  it('sends a mark behind its audio and believes the vendor when it was played', () => {
    const { playout, take, marks } = stage()
    playout.write(frames(2), 0)
    playout.mark('greeting', 0)
    expect(take()).toEqual(['0:1', '1:1', 'mark m1'])
    playout.pump(60)
    expect(marks).toEqual([])
    playout.played('m1', 95)
    playout.played('m1', 99)
    expect(marks).toEqual([{ name: 'greeting', atMs: 95, cleared: false }])
  })

  it('goes by its own clock where the vendor stays silent', () => {
    const { playout, marks } = stage()
    playout.write(frames(2), 0)
    playout.mark('greeting', 0)
    playout.pump(1_539)
    expect(marks).toEqual([])
    playout.pump(1_540)
    expect(marks).toEqual([{ name: 'greeting', atMs: 40, cleared: false }])
  })

  it('drops what has not been played, and tells the marks apart', () => {
    const { playout, take, marks } = stage()
    playout.write(frames(2), 0)
    playout.mark('played', 0)
    playout.write(frames(20), 0)
    playout.mark('dropped', 0)
    take()
    playout.clear(65)
    expect(take()).toEqual(['clear', 'erased 4'])
    expect(marks).toEqual([
      { name: 'played', atMs: 40, cleared: false },
      { name: 'dropped', atMs: 65, cleared: true },
    ])
    expect(playout.queuedMs(65)).toBeLessThanOrEqual(20)
    playout.played('m2', 70)
    expect(marks).toHaveLength(2)
    playout.write(frames(1, 2), 66)
    expect(take()).toEqual(['4:2'])
  })

  it('has nothing to clear when nothing is on its way', () => {
    const { playout, take } = stage()
    playout.clear(0)
    playout.write(frames(1), 0)
    take()
    playout.clear(500)
    expect(take()).toEqual([])
  })

  it('holds audio back while keys sound, and does not cut a number in half', () => {
    const { playout, take } = stage()
    playout.addDigits(7, '1', 0)
    playout.write(frames(3), 0)
    expect(take()).toHaveLength(10)
    playout.clear(40)
    expect(take()).toEqual([])
    playout.pump(180)
    expect(take()).toEqual([])
    playout.pump(200)
    expect(take()).toEqual(['digits 7'])
  })

  it('keeps a bed going just ahead of the clock, which is no audio that waits', () => {
    const { playout, take } = stage()
    playout.setBed({ samples: new Int16Array(10).fill(5_000), gainDb: 0 })
    playout.pump(0)
    const bed = take().map(said => said.split(':')[1])
    expect(bed).toHaveLength(3)
    expect(new Set(bed)).not.toContain('255')
    expect(playout.queuedMs(0)).toBe(0)
    playout.write(frames(1), 20)
    expect(take().at(-1)).toMatch(/^3:/u)
    expect(playout.queuedMs(20)).toBeLessThanOrEqual(60)
    playout.pump(40)
    expect(take()).toHaveLength(1)
    playout.clear(40)
    expect(playout.queuedMs(60)).toBe(0)
    playout.setBed(null)
    playout.pump(60)
    take()
    playout.pump(200)
    expect(take()).toEqual([])
  })

  it('turns down what has not been sent', () => {
    const { playout, take } = stage()
    playout.write(frames(15, 0x90), 0)
    playout.setGain(-15)
    take()
    playout.pump(60)
    const levels = take().map(said => Number(said.split(':')[1]))
    expect(levels[0]).toBe(0x90)
    expect(levels.slice(1)).toEqual([levels[1], levels[1]])
    expect(levels[1]).toBeGreaterThan(0x90 + 30)
  })

  it('refuses more than two minutes', () => {
    const { playout } = stage()
    playout.write(frames(6_000), 0)
    expect(() => playout.write(frames(20), 0)).toThrow(PlayoutOverflow)
  })

  it('reports what is left when the call ends', () => {
    const { playout, marks } = stage()
    playout.write(frames(2), 0)
    playout.mark('played', 0)
    playout.write(frames(2), 0)
    playout.mark('left', 0)
    playout.end(50)
    expect(marks).toMatchObject([
      { name: 'played', cleared: false },
      { name: 'left', cleared: true },
    ])
  })
})
