import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ByteRing } from './byte-ring.ts'
import { allocateStreamMemory, viewStreamMemory } from './stream-memory.ts'
import { MarkLedger } from './mark-ledger.ts'

function ring(size: number, start = 0): ByteRing {
  return new ByteRing(new Uint8Array(size), {
    words: Int32Array.of(start, start, start),
    write: 0,
    read: 1,
    base: 2,
  })
}

test('a byte ring is a queue, whatever is written and read, and when positions wrap', () => {
  const step = fc.oneof(
    fc.record({ write: fc.uint8Array({ maxLength: 40 }) }),
    fc.record({ read: fc.nat(40) }),
    fc.constant({ skip: true }),
  )
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), fc.constantFrom(0, 0x7fff_ffe0, -20), (steps, start) => {
      const tested = ring(64, start | 0)
      let model: number[] = []
      for (const one of steps) {
        if ('write' in one) {
          const fits = one.write.length <= 64 - model.length
          expect(tested.write(one.write)).toBe(fits)
          if (fits) model.push(...one.write)
        } else if ('read' in one) {
          const into = new Uint8Array(one.read)
          const count = tested.read(into)
          expect([...into.subarray(0, count)]).toEqual(model.slice(0, one.read))
          model = model.slice(count)
        } else {
          tested.skipTo(tested.writePosition)
          model = []
        }
        expect(tested.length).toBe(model.length)
      }
    }),
  )
})

test('records pass in order, and a full ring refuses', () => {
  const shared = allocateStreamMemory()
  const producer = viewStreamMemory(shared).heard
  const consumer = viewStreamMemory(shared).heard
  expect(consumer.peek()).toBe(false)
  for (let round = 0; round < 3; round++) {
    let put = 0
    for (; producer.next(); put++) {
      producer.words[producer.wordAt + 1] = put
      producer.bytes.fill(put, producer.byteAt, producer.byteAt + 160)
      producer.publish()
    }
    expect(put).toBe(256)
    for (let i = 0; i < put; i++) {
      expect(consumer.peek()).toBe(true)
      expect(consumer.words[consumer.wordAt + 1]).toBe(i)
      expect(consumer.bytes[consumer.byteAt + 159]).toBe(i & 0xff)
      consumer.release()
    }
  }
})

test('marks are reported once, at the slot in which they were reached', () => {
  const ledger = new MarkLedger()
  ledger.add({ name: 'a', position: 160, clears: 0 })
  ledger.add({ name: 'b', position: 170, clears: 0 })
  expect(ledger.played(0, 20)).toEqual([])
  expect(ledger.played(160, 40)).toEqual([{ name: 'a', atMs: 40, cleared: false }])
  expect(ledger.played(320, 60)).toEqual([{ name: 'b', atMs: 60, cleared: false }])
  ledger.add({ name: 'late', position: 320, clears: 0 })
  expect(ledger.played(320, 200)).toEqual([{ name: 'late', atMs: 60, cleared: false }])
})

test('a clear drops the marks before it, and not those after it at the same position', () => {
  const ledger = new MarkLedger()
  ledger.add({ name: 'heard', position: 160, clears: 0 })
  ledger.add({ name: 'dropped', position: 800, clears: 0 })
  ledger.add({ name: 'after', position: 800, clears: 1 })
  expect(ledger.cleared({ clears: 1, from: 160, to: 800, atMs: 100 })).toEqual([
    { name: 'heard', atMs: 0, cleared: false },
    { name: 'dropped', atMs: 100, cleared: true },
  ])
  expect(ledger.played(800, 120)).toEqual([{ name: 'after', atMs: 0, cleared: false }])
  ledger.add({ name: 'end', position: 900, clears: 1 })
  expect(ledger.end(500)).toEqual([{ name: 'end', atMs: 500, cleared: true }])
})
