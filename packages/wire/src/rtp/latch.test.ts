import { expect, test } from 'vitest'
import { SourceLatch } from './latch.ts'

const signalled = { host: '192.0.2.1', port: 4000 }
const nat = { host: '198.51.100.7', port: 61_000 }
const stranger = { host: '203.0.113.9', port: 5000 }
const admits = (latch: SourceLatch, { host, port }: { host: string; port: number }): boolean =>
  latch.admits(host, port)

test('the first source is believed, and nobody after it', () => {
  const latch = new SourceLatch(signalled)
  expect(latch.destination).toEqual(signalled)
  expect(admits(latch, nat)).toBe(true)
  expect(latch.destination).toEqual(nat)
  expect(admits(latch, stranger)).toBe(false)
  expect(admits(latch, { ...nat, port: 61_002 })).toBe(false)
  expect(admits(latch, nat)).toBe(true)
})

test('the signalled source is believed even after another one, and then for good', () => {
  const latch = new SourceLatch(signalled)
  expect(admits(latch, stranger)).toBe(true)
  expect(admits(latch, signalled)).toBe(true)
  expect(admits(latch, stranger)).toBe(false)
  expect(latch.destination).toEqual(signalled)
})

test('a new description starts over, an unchanged one does not', () => {
  const latch = new SourceLatch(signalled)
  admits(latch, nat)
  latch.signal({ ...signalled })
  expect(latch.destination).toEqual(nat)
  latch.signal({ ...signalled, port: 4002 })
  expect(latch.isLatched).toBe(false)
  expect(admits(latch, stranger)).toBe(true)
})

test('a source that fell silent may be replaced, once, and not when it speaks again', () => {
  const latch = new SourceLatch(signalled)
  admits(latch, nat)
  latch.reopen()
  expect(admits(latch, { ...nat, port: 61_002 })).toBe(true)
  expect(admits(latch, nat)).toBe(false)
  latch.reopen()
  expect(admits(latch, { ...nat, port: 61_002 })).toBe(true)
  expect(admits(latch, stranger)).toBe(false)
})
