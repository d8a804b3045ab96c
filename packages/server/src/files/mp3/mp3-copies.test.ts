import { mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { Mp3Copies } from './mp3-copies.ts'

const name = 'a-call'
const asking = { owner: 'one', patienceMs: 30_000 }

describe('copies of recordings', () => {
  let folder: string
  let troubles: unknown[]
  /** What the maker is asked to make, and how each goes on. */
  let asked: { target: string; done: PromiseWithResolvers<void> }[]

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'parley-copies-'))
    onTestFinished(() => rm(folder, { recursive: true, force: true }))
    await writeFile(join(folder, `${name}.wav`), 'wav')
    troubles = []
    asked = []
  })

  const copiesWith = (maker: { isFull?: boolean } = {}) =>
    new Mp3Copies(folder, error => troubles.push(error), {
      isFull: maker.isFull ?? false,
      make: async (_source, target) => {
        await writeFile(target, 'mp3')
        const done = Promise.withResolvers<void>()
        asked.push({ target, done })
        await done.promise
      },
    })
  const begun = () => expect.poll(() => asked.length).toBe(1)
  const files = async () => (await readdir(folder, { recursive: true })).toSorted()

  test('are made once, however many ask', async () => {
    const copies = copiesWith()
    const both = [copies.provide(name, asking), copies.provide(name, asking)]
    await begun()
    const third = copies.provide(name, asking)
    asked[0]?.done.resolve()
    expect(await Promise.all([...both, third])).toEqual(['ready', 'ready', 'ready'])
    expect(await copies.provide(name, asking)).toBe('ready')
    expect(asked).toHaveLength(1)
    expect(await readFile(join(folder, `${name}.mp3`), 'utf8')).toBe('mp3')
  })

  test('are made to the end though nobody waits so long', async () => {
    const copies = copiesWith()
    expect(await copies.provide(name, { ...asking, patienceMs: 1 })).toBe('busy')
    await begun()
    asked[0]?.done.resolve()
    expect(await copies.provide(name, asking)).toBe('ready')
    expect(asked).toHaveLength(1)
  })

  test('are not begun where too many are', async () => {
    expect(await copiesWith({ isFull: true }).provide(name, asking)).toBe('busy')
  })

  test('of one owner are never so many at once that others wait for all of them', async () => {
    const copies = copiesWith()
    const names = ['b', 'c', 'd', 'e', 'f']
    for (const wav of names) await writeFile(join(folder, `${wav}.wav`), 'wav')
    const waiting = names.slice(0, 4).map(wav => copies.provide(wav, asking))
    await expect.poll(() => asked.length).toBe(4)
    expect(await copies.provide('f', asking)).toBe('busy')
    const other = copies.provide('f', { ...asking, owner: 'other' })
    await expect.poll(() => asked.length).toBe(5)
    for (const { done } of asked) done.resolve()
    expect(await Promise.all([...waiting, other])).toEqual(Array.from({ length: 5 }, () => 'ready'))
  })

  test('are none of what is not there', async () => {
    expect(await copiesWith().provide('another', asking)).toBe('missing')
  })

  test('never outlive a recording that is erased meanwhile', async () => {
    const copies = copiesWith()
    const waiting = copies.provide(name, asking)
    await begun()
    await rm(join(folder, `${name}.wav`))
    await copies.remove(name)
    expect(await files()).toEqual(['encoding'])
    // Another process, which has not seen the file go, may still give it its name.
    await writeFile(asked[0]?.target ?? '', 'mp3')
    asked[0]?.done.resolve()
    expect(await waiting).toBe('missing')
    expect(await files()).toEqual(['encoding'])
    expect(troubles).toEqual([])
  })

  test('are tried again after a failure, which everybody who waits is told', async () => {
    const copies = copiesWith()
    const both = [copies.provide(name, asking), copies.provide(name, asking)]
    await begun()
    asked[0]?.done.reject(new Error('no space left'))
    const results = await Promise.allSettled(both)
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
    expect(troubles).toHaveLength(1)
    expect(await files()).toEqual([`${name}.wav`, 'encoding'])
    const again = copies.provide(name, asking)
    await expect.poll(() => asked.length).toBe(2)
    asked[1]?.done.resolve()
    expect(await again).toBe('ready')
  })

  test('that dead processes left are cleared away', async () => {
    const copies = copiesWith()
    await writeFile(join(folder, 'gone.mp3'), 'a copy of nothing')
    const waiting = copies.provide(name, asking)
    await begun()
    const old = join(folder, 'encoding', 'old.0.mp3')
    await writeFile(old, '')
    await utimes(old, 0, 0)
    await copies.sweep(60_000)
    asked[0]?.done.resolve()
    expect(await waiting).toBe('ready')
    expect(await files()).toEqual([`${name}.mp3`, `${name}.wav`, 'encoding'])
  })
})
