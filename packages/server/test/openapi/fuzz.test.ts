import fc from 'fast-check'
import { beforeAll, expect, test } from 'vitest'
import type { CallId } from '../../src/domain/ids.ts'
import { sharedApi } from '../http-api.ts'
import { arbitraryOf } from './arbitrary.ts'
import { type Checks, checksBy, namesFault, problemFault } from './check-answer.ts'
import { fingerprintOf } from './fingerprint.ts'
import { mutationsOf, unreadable } from './mutations.ts'
import { describedBy, type Described, type Operation } from './operations.ts'
import { openRaw } from './raw-request.ts'
import { type Caller, filled, make, references, urlOf, varied } from './resources.ts'

/**
 * Every operation of the document, fed with what its schema allows, with what it does not, and with rubbish.
 * `PARLEY_FUZZ_SEED` and `PARLEY_FUZZ_RUNS` (bodies per operation and kind) try others, and more.
 */

const seed = Number(process.env['PARLEY_FUZZ_SEED'] ?? 20_260)
const runs = Number(process.env['PARLEY_FUZZ_RUNS'] ?? 6)
const timeout = Math.max(120_000, runs * 30_000)

const api = sharedApi({ rateLimit: { requests: 1e9, seconds: 60 }, controlPatienceMs: 50 })
let described: Described
let checks: Checks
let caller: Caller

beforeAll(async () => {
  // As many as many runs make.
  const settings = JSON.stringify({ maxWebhooks: 10_000 })
  await api().database.kysely.updateTable('accounts').set({ settings }).execute()
  described = await describedBy(api())
  checks = checksBy(described)
  caller = { api: api(), key: api().key, described }
})

/** Without a worker it is asked for in vain, until its deadline. */
const waits = ['POST /v1/phone-numbers/carriers/{id}/test']
/** It would lock the account out of the rest. */
const locksOut = ['POST /v1/accounts/{id}/suspend']

const ofLiveCalls = /^POST \/v1\/calls\/\{id\}\/(say|instruct|transfer|dtmf|listen)$/
/** No worker takes what is asked of one: 503 at best. */
const ofWorkers = /^POST \/v1\/(test-calls|calls\/\{id\}\/(say|instruct|transfer|dtmf))$/

const takesJson = ({ body }: Operation) => body?.type === 'application/json'

/** Runs the property for every operation, and tells all that fail, each with its smallest example. */
async function faultsOf<T>(
  operations: readonly Operation[],
  look: (operation: Operation) => { tried: fc.Arbitrary<T>; holds: (tried: T) => Promise<string | null> },
): Promise<string[]> {
  const faults: string[] = []
  for (const operation of operations) {
    const { tried, holds } = look(operation)
    const property = fc.asyncProperty(tried, async one => {
      const fault = await holds(one)
      if (fault !== null) throw new Error(fault)
    })
    const result = await fc.check(property, { seed, numRuns: runs, interruptAfterTimeLimit: timeout })
    if (result.failed)
      faults.push(
        `${operation.name}: ${String(result.errorInstance).slice(0, 600)} for ${fc.stringify(result.counterexample?.[0]).slice(0, 600)}`,
      )
  }
  return faults
}

/** A new thing of every kind that the path names; its calls are talked. */
async function idsFor(operation: Operation): Promise<string> {
  // Nobody runs them here, and an account has only so many that wait.
  const over = { status: 'cancelled', ended_at: new Date() } as const
  await api().database.kysely.updateTable('simulations').set(over).where('ended_at', 'is', null).execute()
  const ids = await make(caller, operation.path)
  if (ofLiveCalls.test(operation.name)) {
    const talked = { status: 'in_progress', answered_at: new Date() } as const
    await api()
      .database.kysely.updateTable('calls')
      .set(talked)
      .where('id', '=', ids[0] as CallId)
      .execute()
  }
  return urlOf(operation.path, ids) + operation.query
}

const json = { 'content-type': 'application/json' }

test('what the schemas allow is answered as the document says, and a refusal changes nothing', {
  timeout,
}, async () => {
  const ask = await openRaw(api())
  const own = await filled(caller, Object.fromEntries(Object.keys(references).map(field => [field, true])))
  const operations = described.operations.filter(
    operation =>
      takesJson(operation) && !waits.includes(operation.name) && !locksOut.includes(operation.name),
  )
  const accepted = new Set<string>()
  const faults = await faultsOf(operations, operation => {
    // What a refused request was for is good for the next one, too.
    let target: { url: string; before: string } | null = null
    return {
      tried: bodiesFor(operation).filter(body => checks.allows(operation, body)),
      async holds(given) {
        target ??= { url: await idsFor(operation), before: await fingerprintOf(api().database) }
        const { url, before } = target
        const payload = JSON.stringify(withOwn(given, own))
        const answer = await ask({ method: operation.method, url, headers: json, payload })
        // What was in vain since no worker took it is told by the audit log all the same.
        if (answer.status < 400 || answer.status >= 500) {
          if (answer.status < 400) accepted.add(operation.name)
          target = null
          return checks.answer(operation, answer)
        }
        if (before !== (await fingerprintOf(api().database))) return `refused, and done: ${answer.text}`
        return checks.answer(operation, answer)
      },
    }
  })
  expect(faults).toEqual([])
  const never = operations.map(({ name }) => name).filter(name => !accepted.has(name))
  expect(never.filter(name => !ofWorkers.test(name))).toEqual([])
})

/** By the schema alone, or the operation's example with some fields of such: these get further. */
function bodiesFor({ name, body }: Operation): fc.Arbitrary<unknown> {
  const made = arbitraryOf(body?.schema ?? {}, described.resolve)
  const example = body?.examples[0]
  if (typeof example !== 'object' || example === null) return made
  const near = made.map(other => ({ ...varied(name, example), ...(other as object) }))
  const barely = fc.tuple(made, fc.nat()).map(([other, n]) => {
    const entries = Object.entries((other ?? {}) as object)
    const one = entries[n % Math.max(1, entries.length)]
    return { ...varied(name, example), ...(one === undefined ? {} : { [one[0]]: one[1] as unknown }) }
  })
  return fc.oneof(
    made,
    near,
    { weight: 4, arbitrary: barely },
    { weight: 2, arbitrary: fc.constant(example).map(same => varied(name, same)) },
  )
}

/** Ids of the caller's own where the body names any. */
function withOwn(body: unknown, own: Readonly<Record<string, unknown>>): unknown {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return body
  const named = Object.keys(body).filter(field => Object.hasOwn(own, field))
  return { ...body, ...Object.fromEntries(named.map(field => [field, own[field]])) }
}

test('what the schemas do not allow is refused, says where, and changes nothing', { timeout }, async () => {
  const ask = await openRaw(api())
  const operations = described.operations.filter(takesJson)
  const faults: string[] = []
  for (const operation of operations) {
    const url = await idsFor(operation)
    const before = await fingerprintOf(api().database)
    const found = await faultsOf([operation], () => ({
      tried: mutationsOf(bodiesFor(operation).filter(body => checks.allows(operation, body))),
      async holds({ text, path }) {
        if (checks.allows(operation, JSON.parse(text))) return null
        const answer = await ask({ method: operation.method, url, headers: json, payload: text })
        if (answer.status < 400) return `accepted: ${answer.status}`
        const fault = checks.answer(operation, answer)
        if (fault !== null) return fault
        // What is nested too deep is not read at all.
        if (/\/errors\/malformed_json"/.test(answer.text)) return null
        return path.length === 0 || namesFault(answer.text, path) ? null : `not said where: ${answer.text}`
      },
    }))
    faults.push(...found)
    if (before !== (await fingerprintOf(api().database)))
      faults.push(`${operation.name}: it changed something`)
  }
  expect(faults).toEqual([])
})

test('what is no JSON is refused as a problem', { timeout }, async () => {
  const ask = await openRaw(api())
  const faults: string[] = []
  for (const operation of described.operations.filter(({ body }) => body !== null)) {
    const url = await idsFor(operation)
    const before = await fingerprintOf(api().database)
    for (const { what, headers, payload } of unreadable(operation.body?.examples[0])) {
      const answer = await ask({ method: operation.method, url, headers, payload })
      const fault = answer.status < 400 ? `accepted: ${answer.status}` : checks.answer(operation, answer)
      if (fault !== null) faults.push(`${operation.name}, ${what}: ${fault.slice(0, 300)}`)
    }
    if (before !== (await fingerprintOf(api().database)))
      faults.push(`${operation.name}: it changed something`)
  }
  expect(faults).toEqual([])
})

/** Parts of paths that are no ids, as they stand in the request line. */
const noIds = [
  'x',
  '%',
  '%zz',
  '%00',
  '%ff',
  '%c0%ae%c0%ae',
  '%2e%2e',
  '..',
  '%2F',
  'a%2Fb',
  '%e2%80%ae',
  '0',
  '-1',
  'null',
  'NaN',
  '%27%3B--',
  '%7B%7D',
  '00000000-0000-0000-0000-000000000000',
  '01A22717-B44E-7889-8E4F-004A964CF3F6',
  '01a22717-b44e-7889-8e4f-004a964cf3f6%0a',
  'constructor',
  '__proto__',
  'x'.repeat(50),
  'x'.repeat(101),
  'x'.repeat(4_000),
  '%41'.repeat(400),
]

const noValues = [
  '',
  '0',
  '-1',
  '1.5',
  '1e9',
  '99999999999999999999',
  'NaN',
  '%00',
  '%ff',
  '%',
  'null',
  '%5B%5D',
  '01a22717-b44e-7889-8e4f-004a964cf3f6',
  '9999-12-31T23:59:59.999999999Z',
  '0000-01-01T00:00:00Z',
  '0001-01-01T00:00:00%2B23:59',
  'WyIiLCIiXQ',
  'W10',
  'bnVsbA',
  'AAAA',
  '%F0%9F%98%80',
  'x'.repeat(250),
  'x'.repeat(5_000),
]

/** Where nothing has to be found, since the path is another one: a slash or dots that are one. */
const elsewhere = [404, 405]

test('rubbish in paths, queries and header fields is refused as a problem', { timeout }, async () => {
  const ask = await openRaw(api())
  const headers = fc.record(
    {
      'idempotency-key': fc.constantFrom('', 'short', 'x'.repeat(300), 'a b c d e f g', 'valid-key-1'),
      'last-event-id': fc.constantFrom('-1', 'x', '99999999999', '1, 2'),
      range: fc.constantFrom('bytes=9-1', 'bytes=-0', 'lines=1-2', `bytes=${'0-1,'.repeat(500)}0-1`),
      accept: fc.constantFrom('', 'x', 'text/html', '*/*;q=x'),
      'x-request-id': fc.constant('forged'),
      'x-http-method-override': fc.constant('DELETE'),
    },
    { requiredKeys: [] },
  )
  const operations = described.operations.filter(
    ({ path, scope }) => path.includes('{') || scope !== 'public',
  )
  const faults = await faultsOf<[string, Record<string, string>]>(operations, operation => ({
    tried: fc.tuple(urlsFor(operation), headers),
    async holds([url, fields]) {
      const payload = takesJson(operation) && operation.method !== 'GET' ? { payload: '{"x":1}' } : {}
      const sent = payload.payload === undefined ? fields : { ...json, ...fields }
      const answer = await ask({ method: operation.method, url, headers: sent, ...payload })
      return elsewhere.includes(answer.status) ? problemFault(answer) : checks.answer(operation, answer)
    },
  }))
  expect(faults).toEqual([])
})

function urlsFor({ path, parameters }: Operation): fc.Arbitrary<string> {
  const ids = fc.array(fc.constantFrom(...noIds), { minLength: 3, maxLength: 3 })
  const names = parameters.flatMap(({ in: place, name }) =>
    place === 'query' && name !== undefined ? [name] : [],
  )
  const pair = fc.tuple(
    fc.constantFrom('x', '__proto__', '%00', ...names, ...names),
    fc.constantFrom(...noValues),
  )
  const query = fc.array(
    pair.map(([name, value]) => `${name}=${value}`),
    { maxLength: 3 },
  )
  return fc.tuple(ids, query).map(([parts, pairs]) => {
    const left = [...parts]
    const filledIn = path.replaceAll(/\{[^}]+\}/g, () => left.shift() ?? '')
    return pairs.length === 0 ? filledIn : `${filledIn}?${pairs.join('&')}`
  })
}
