import { expect, test } from 'vitest'
import type { CallId } from '../../src/domain/ids.ts'
import { type Answer, testApi } from '../http-api.ts'
import { openLiveWorker } from './live-worker.ts'
import { describedBy, type Operation } from './operations.ts'
import { type Caller, filled, make, urlOf, varied } from './resources.ts'

/** Every example of the document is sent, and does what the document says. */

async function newCaller(): Promise<Caller> {
  const api = await testApi()
  return { api, key: api.key, described: await describedBy(api) }
}

/** What a worker has to do with, which would dial calls that others take back. */
const ofWorkers =
  /^POST (\/v1\/calls\/\{id\}\/(say|instruct|transfer|dtmf|listen)|\/v1\/test-calls|.*carriers\/\{id\}\/test)$/

test('the examples of bodies are accepted', async () => {
  const caller = await newCaller()
  const found = caller.described.operations.filter(({ name }) => !ofWorkers.test(name))
  expect(await faultsOf(caller, found, operation => make(caller, operation.path))).toEqual([])
})

test('the examples for live calls, calls from browsers and tests of carriers are, too', async () => {
  const caller = await newCaller()
  await using worker = await openLiveWorker(caller.api)
  const found = caller.described.operations.filter(({ name }) => ofWorkers.test(name))
  const idsFor = async ({ path }: Operation) => {
    const ids = await make(caller, path)
    if (path.startsWith('/v1/calls/')) await worker.answer(ids[0] as CallId)
    return ids
  }
  expect(found.length).toBeGreaterThan(6)
  expect(await faultsOf(caller, found, idsFor)).toEqual([])
})

async function faultsOf(
  caller: Caller,
  operations: readonly Operation[],
  idsFor: (operation: Operation) => Promise<string[]>,
): Promise<string[]> {
  const faults: string[] = []
  for (const operation of operations) {
    for (const [n, example] of (operation.body?.examples ?? []).entries()) {
      const ask = async (body: unknown) =>
        await send(caller, operation, { url: urlOf(operation.path, await idsFor(operation)), body })
      // Word for word the first time; what was made for other operations may have taken its place.
      let answer = await ask(example)
      if (answer.status === 409) answer = await ask(varied(operation.name, example))
      if (!operation.successes.includes(answer.status))
        faults.push(`${operation.name}, example ${n + 1}: ${answer.status} ${JSON.stringify(answer.body)}`)
    }
  }
  return faults
}

async function send(
  caller: Caller,
  operation: Operation,
  o: { url: string; body: unknown },
): Promise<Answer> {
  const { type = 'application/json' } = operation.body ?? {}
  const body = typeof o.body === 'string' ? o.body : await filled(caller, o.body)
  return await caller.api.send(operation.method, o.url, { body, headers: { 'content-type': type } })
}
