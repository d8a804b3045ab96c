import { expect, test, vi } from 'vitest'
import { loadOnce } from './load-once.ts'

test('it is loaded once, and not before it is wanted', async () => {
  const load = vi.fn(async () => 'engine')
  const engine = loadOnce(load)
  expect(engine.current()).toBeUndefined()
  expect(await Promise.all([engine.get(), engine.get()])).toEqual(['engine', 'engine'])
  expect(load).toHaveBeenCalledTimes(1)
  expect(await engine.current()).toBe('engine')
})

test('what failed is loaded anew', async () => {
  const load = vi.fn().mockRejectedValueOnce(new Error('no memory')).mockResolvedValue('engine')
  const engine = loadOnce(load)
  await expect(engine.get()).rejects.toThrow('no memory')
  expect(engine.current()).toBeUndefined()
  expect(await engine.get()).toBe('engine')
})
