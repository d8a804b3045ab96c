import { chmod, mkdtemp, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { openLifelines } from './lifelines.ts'

const [call, other] = ['0192b2a4-0000-7000-8000-000000000001', '0192b2a4-0000-7000-8000-000000000002']

async function folder(): Promise<string> {
  const made = await mkdtemp(join(tmpdir(), 'parley-lifelines-'))
  onTestFinished(() => rm(made, { recursive: true, force: true }))
  return made
}

test('what one process keeps another finds, until it is forgotten', async () => {
  const dataDir = await folder()
  const lifelines = openLifelines(dataDir, error => expect.fail(String(error)))
  expect(await lifelines.calls()).toEqual([])
  expect(await lifelines.of(call)).toEqual([])
  await lifelines.keep(call, 'first', 'one')
  await lifelines.keep(call, 'second', 'two')
  await lifelines.keep(other, 'first', 'three')
  const elsewhere = openLifelines(dataDir, error => expect.fail(String(error)))
  expect(await elsewhere.of(call)).toEqual(['one', 'two'])
  expect((await elsewhere.calls()).toSorted()).toEqual([call, other])
  await elsewhere.forget(call, 'second')
  expect(await lifelines.of(call)).toEqual(['one'])
  await lifelines.forget(call)
  await lifelines.forget(call)
  expect(await lifelines.of(call)).toEqual([])
  expect(await lifelines.calls()).toEqual([other])
})

test('nobody else may read them, and what is no lifeline is left alone', async () => {
  const dataDir = await folder()
  const lifelines = openLifelines(dataDir, error => expect.fail(String(error)))
  await lifelines.keep(call, 'first', 'one')
  expect((await stat(join(dataDir, 'lifelines'))).mode & 0o077).toBe(0)
  expect((await stat(join(dataDir, 'lifelines', `${call}.first`))).mode & 0o077).toBe(0)
  await writeFile(join(dataDir, 'lifelines', 'notes.txt'), 'mine')
  expect(await lifelines.calls()).toEqual([call])
})

test('a disk that does not write is told of, and stops nothing', async () => {
  const dataDir = await folder()
  await writeFile(join(dataDir, 'lifelines'), 'a file where the folder should be')
  await chmod(dataDir, 0o700)
  const troubles: unknown[] = []
  const lifelines = openLifelines(dataDir, error => troubles.push(error))
  await lifelines.keep(call, 'first', 'one')
  expect(await lifelines.of(call)).toEqual([])
  expect(troubles.length).toBeGreaterThan(0)
})
