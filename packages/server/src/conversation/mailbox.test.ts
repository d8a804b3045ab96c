import { expect, test, vi } from 'vitest'
import { openMailbox } from './mailbox.ts'

test('what handling one item causes is handled after it', () => {
  const seen: number[] = []
  const mailbox = openMailbox<number>(item => {
    if (item < 3) mailbox.post(item + 1)
    seen.push(item)
  }, vi.fn())
  mailbox.post(1)
  expect(seen).toEqual([1, 2, 3])
})

test('trouble goes to its listener and closes the mailbox', () => {
  const trouble = vi.fn()
  const handle = vi.fn(() => {
    throw new Error('broken')
  })
  const mailbox = openMailbox<number>(handle, trouble)
  mailbox.post(1)
  mailbox.post(2)
  expect(handle).toHaveBeenCalledOnce()
  expect(trouble).toHaveBeenCalledWith(new Error('broken'))
})

test('items that cause each other for ever are found out', () => {
  const trouble = vi.fn()
  const mailbox = openMailbox<number>(item => mailbox.post(item), trouble)
  mailbox.post(1)
  expect(trouble).toHaveBeenCalledOnce()
})

test('a closed mailbox drops what comes, also what waits', () => {
  const seen: number[] = []
  const mailbox = openMailbox<number>(item => {
    seen.push(item)
    mailbox.post(item + 1)
    mailbox.close()
  }, vi.fn())
  mailbox.post(1)
  mailbox.post(5)
  expect(seen).toEqual([1])
})
