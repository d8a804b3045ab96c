import { scopes, type Scope } from '@parley/contract/api-keys'
import { beforeAll, expect, test } from 'vitest'
import type { AccountId, NodeId } from '../../src/domain/ids.ts'
import { newId } from '../../src/domain/new-id.ts'
import { insertApiKey, newApiKey } from '../../src/store/api-keys.ts'
import { type Answer, sharedApi } from '../http-api.ts'
import { fingerprintOf } from './fingerprint.ts'
import { describedBy, type Described, type Operation } from './operations.ts'
import { type Caller, filled, make, references, urlOf, varied } from './resources.ts'

/** One account and another (OWASP API1:2023), for every operation of the document, today's and those to come. */

const api = sharedApi()
let described: Described
let owner: Caller
let stranger: Caller & { readonly accountId: AccountId; readonly limitedKey: string }

beforeAll(async () => {
  described = await describedBy(api())
  owner = { api: api(), key: api().key, described }
  const other = await api().stranger()
  const limitedKey = await keyOf(
    other.accountId,
    scopes.filter(scope => scope !== 'admin'),
  )
  stranger = { ...owner, ...other, limitedKey }
  await joinWorker()
})

/** One that is there as far as rows tell, and changes none of them. */
async function joinWorker(): Promise<void> {
  const node = { id: newId<NodeId>(), host: 'here', browser_url: 'wss://worker.test' }
  const lease = { lease_until: new Date(Date.now() + 3_600_000) }
  await api()
    .database.kysely.insertInto('nodes')
    .values({ ...node, ...lease })
    .execute()
}

async function keyOf(account: AccountId, granted: readonly Scope[]): Promise<string> {
  const key = newApiKey()
  const grant = { name: 'limited', scopes: [...granted], allowed_ips: [] }
  await insertApiKey(api().database, { account, key, grant })
  return key
}

const guarded = () => described.operations.filter(({ scope }) => scope !== 'public')

/** All that is wrong, at once: `look` answers what it saw where that is not as it must be. */
async function faultsOf(
  operations: readonly Operation[],
  look: (operation: Operation) => Promise<string | null>,
): Promise<string[]> {
  const faults: string[] = []
  for (const operation of operations) {
    const fault = await look(operation).catch((error: unknown) => String(error))
    if (fault !== null) faults.push(`${operation.name}: ${fault}`)
  }
  return faults
}

const told = ({ status, body }: Answer) => `${status} ${JSON.stringify(body)}`

async function send(operation: Operation, url: string, o: { key: string; body?: unknown }): Promise<Answer> {
  const { body: described } = operation
  const body = o.body ?? described?.examples[0]
  return await api().send(operation.method, url + operation.query, {
    key: o.key,
    ...(described === null ? {} : { body, headers: { 'content-type': described.type } }),
  })
}

test('without a key nothing is told', async () => {
  const faults = await faultsOf(guarded(), async operation => {
    const answer = await send(operation, urlOf(operation.path, []), { key: '' })
    return answer.status === 401 ? null : told(answer)
  })
  expect(faults).toEqual([])
})

test('a key that lacks the scope is told which', async () => {
  const needing = guarded().filter(({ scope }) => scope !== null)
  expect(needing.length).toBeGreaterThan(0.8 * guarded().length)
  const faults = await faultsOf(needing, async operation => {
    const key = await api().keyWith(scopes.filter(scope => scope !== operation.scope))
    const answer = await send(operation, urlOf(operation.path, ['x', 'y', 'z']), { key })
    const isAsItMustBe = answer.status === 403 && answer.body.required_scope === operation.scope
    return isAsItMustBe ? null : told(answer)
  })
  expect(faults).toEqual([])
})

/** Refused to whoever is not the operator, whatever account is named. */
const operatorsOnly = ['POST /v1/accounts/{id}/suspend', 'POST /v1/accounts/{id}/resume']

function refusal({ name, successes }: Operation): number {
  if (operatorsOnly.includes(name)) return 403
  // A WebSocket's ids are looked at after the upgrade, of which this is none (`listen-in.test.ts`).
  return successes.includes(101) ? 426 : 404
}

/** Names that customers choose are of their account by nature: to another one they are free. */
const ownNames = ['PUT /v1/secrets/{name}']

test("another account's id is no id, and asking for it changes nothing", async () => {
  const named = guarded().filter(({ path }) => path.includes('{'))
  expect(named.length).toBeGreaterThan(40)
  const faults = await faultsOf(named, async operation => {
    const url = urlOf(operation.path, await make(owner, operation.path))
    const key = operation.scope === 'admin' ? stranger.key : stranger.limitedKey
    const body =
      operation.body?.type === 'application/json'
        ? await filled(stranger, operation.body.examples[0])
        : undefined
    const before = await fingerprint()
    const answer = await send(operation, url, { key, body })
    if (before !== (await fingerprint())) return 'it changed something'
    if (ownNames.includes(operation.name)) return answer.status < 300 ? null : told(answer)
    return answer.status === refusal(operation) ? null : told(answer)
  })
  expect(faults).toEqual([])
})

test("no list holds anything of another account's", async () => {
  const lists = guarded().filter(({ method, path }) => method === 'GET' && !path.includes('{'))
  const ids = new Set<string>()
  for (const { path } of guarded().filter(({ path }) => path.endsWith('}'))) {
    for (const id of await make(owner, path)) ids.add(id)
  }
  const faults = await faultsOf(lists, async operation => {
    const answer = await send(operation, operation.path, { key: stranger.key })
    const held = [...ids].filter(id => JSON.stringify(answer.body).includes(id))
    return answer.status === 200 && held.length === 0 ? null : told(answer)
  })
  expect(faults).toEqual([])
})

test("no body takes another account's id, where it takes one's own", async () => {
  const found = guarded().flatMap(operation =>
    referringFields(operation).map(field => ({ operation, field })),
  )
  expect(found.map(({ field }) => field)).toEqual(
    expect.arrayContaining(['agent_id', 'list_id', 'voip_carrier_sid', 'knowledge_base_ids']),
  )
  const faults: string[] = []
  for (const { operation, field } of found) {
    const ask = async (caller: Caller) => {
      const body = await bodyNaming(field, { operation, caller })
      const url = urlOf(operation.path, await make(stranger, operation.path))
      return await send(operation, url, { key: stranger.key, body })
    }
    const [own, others] = [await ask(stranger), await ask(owner)]
    if (own.status >= 300) faults.push(`${operation.name} with ${field} of one's own: ${told(own)}`)
    if (others.status < 400 || others.status >= 500)
      faults.push(`${operation.name} with another's ${field}: ${told(others)}`)
  }
  expect(faults).toEqual([])
})

/** Fields of the body, at its top, that name something of an account. */
function referringFields({ body }: Operation): string[] {
  if (body === null) return []
  const { properties = {} } = described.resolve(body.schema)
  return Object.keys(properties as object).filter(name => Object.hasOwn(references, name))
}

/** The operation's example with `field` naming something of the caller's. */
async function bodyNaming(
  field: string,
  { operation, caller }: { operation: Operation; caller: Caller },
): Promise<Record<string, unknown>> {
  const { instead = [] } = references[field] ?? {}
  const example = await filled(stranger, varied(operation.name, operation.body?.examples[0]))
  const kept = Object.fromEntries(Object.entries(example).filter(([name]) => !instead.includes(name)))
  return { ...kept, ...(await filled(caller, { [field]: true })) }
}

/** Of all rows that tell nothing of the stranger. */
const fingerprint = () => fingerprintOf(api().database, { without: stranger.accountId })
