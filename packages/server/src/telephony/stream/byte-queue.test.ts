import fc from 'fast-check'
import { expect, it } from 'vitest'
import { ByteQueue } from './byte-queue.ts'

it('gives back what went in, in order, however it grows and wraps', () => {
  const steps = fc.array(fc.integer({ min: -40, max: 40 }), { maxLength: 200 })
  fc.assert(
    fc.property(steps, sizes => {
      const queue = new ByteQueue(100, 8)
      const model: number[] = []
      let next = 0
      for (const size of sizes) {
        if (size >= 0) {
          const bytes = Uint8Array.from({ length: size }, (_, i) => next + i)
          const fits = model.length + size <= 100
          expect(queue.write(bytes)).toBe(fits)
          if (fits) model.push(...bytes)
          next += size
        } else {
          const into = new Uint8Array(-size)
          const count = queue.read(into)
          expect([...into.subarray(0, count)]).toEqual(model.splice(0, -size))
        }
        expect(queue.length).toBe(model.length)
      }
    }),
  )
})
