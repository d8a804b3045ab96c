import type { TestApi } from '../http-api.ts'
import type { Described } from './operations.ts'

/**
 * How a test comes by what a path names: a line per parameter of the API's paths. An operation with an id whose path
 * is not here fails the tests that are made from the document.
 */

/** An account's way in. */
export interface Caller {
  readonly api: TestApi
  readonly key: string
  readonly described: Described
}

/** Makes a new one, and answers its id. `ids`: of the parameters to its left. */
export type Make = (caller: Caller, ids: readonly string[]) => Promise<string>

let count = 0
const number = () => `+1415555${String((count += 1) + 1_500).padStart(4, '0')}`
const name = () => `name-${(count += 1)}`

/** Fields that may not be there twice in an account. */
const unique: Readonly<Record<string, Readonly<Record<string, () => string>>>> = {
  'POST /v1/voices': { voice_id: name },
  'POST /v1/phone-numbers': { number },
  'POST /v1/phone-numbers/carriers': { carrier_name: name },
  'POST /v1/do-not-call': { phone_number: number },
  'POST /v1/leads': { phone_number: number },
}

export const resources: Readonly<Record<string, Make>> = {
  '/v1/calls/{id}': made('POST /v1/calls', 'call_id'),
  '/v1/agents/{id}': made('POST /v1/agents'),
  '/v1/simulations/{id}': made('POST /v1/simulations'),
  '/v1/voices/{id}': made('POST /v1/voices', 'custom_voice_id'),
  '/v1/phone-numbers/{id}': made('POST /v1/phone-numbers'),
  '/v1/phone-numbers/carriers/{id}': made('POST /v1/phone-numbers/carriers'),
  '/v1/do-not-call/{id}': made('POST /v1/do-not-call'),
  '/v1/consents/{id}': made('POST /v1/consents'),
  '/v1/knowledge/{id}': made('POST /v1/knowledge'),
  '/v1/secrets/{name}': made('PUT /v1/secrets/{name}', 'name'),
  '/v1/leads/{id}': made('POST /v1/leads'),
  '/v1/lead-lists/{id}': made('POST /v1/lead-lists'),
  '/v1/campaigns/{id}': made('POST /v1/campaigns'),
  '/v1/campaigns/{id}/pause': campaignAfter(['start']),
  '/v1/campaigns/{id}/resume': campaignAfter(['start', 'pause']),
  '/v1/lead-imports/{id}': made('POST /v1/lead-imports'),
  '/v1/webhooks/{id}': made('POST /v1/webhooks'),
  '/v1/webhooks/deliveries/{id}': failedDelivery,
  '/v1/accounts/{id}': made('POST /v1/accounts'),
  '/v1/api-keys/{id}': made('POST /v1/api-keys'),
}

/** Fields of bodies that name something of the account, and what they name. `instead`: fields that they exclude. */
export const references: Readonly<Record<string, { of: string; list?: true; instead?: readonly string[] }>> =
  {
    agent_id: { of: '/v1/agents/{id}', instead: ['task', 'instructions'] },
    inbound_agent_id: { of: '/v1/agents/{id}', instead: ['inbound_agent'] },
    voip_carrier_sid: { of: '/v1/phone-numbers/carriers/{id}' },
    list_id: { of: '/v1/lead-lists/{id}' },
    lead_list_id: { of: '/v1/lead-lists/{id}' },
    knowledge_base_ids: { of: '/v1/knowledge/{id}', list: true },
  }

/** By the example of an operation. `id`: the field of the answer. */
function made(operation: string, id = 'id'): Make {
  return async (caller, ids) => {
    const { api, key, described } = caller
    const found = described.operations.find(({ name }) => name === operation)
    if (found === undefined) throw new Error(`The document has no ${operation}`)
    const body = await filled(caller, varied(found.name, found.body?.examples[0]))
    const answer = await api.send(found.method, urlOf(found.path, [...ids, name()]), { key, body })
    if (answer.status >= 300) throw new Error(`${operation}: ${JSON.stringify(answer.body)}`)
    return String(answer.body[id])
  }
}

function campaignAfter(actions: readonly string[]): Make {
  return async (caller, ids) => {
    const id = await made('POST /v1/campaigns')(caller, ids)
    for (const action of actions)
      await caller.api.send('POST', `/v1/campaigns/${id}/${action}`, { key: caller.key })
    return id
  }
}

/** A message that is no longer tried. */
async function failedDelivery(caller: Caller): Promise<string> {
  const { api, key } = caller
  const [webhook = ''] = await make(caller, '/v1/webhooks/{id}')
  const { id } = (await api.send('POST', `/v1/webhooks/${webhook}/test`, { key })).body
  const failed = { status: 'failed' } as const
  await api.database.kysely.updateTable('webhook_deliveries').set(failed).where('id', '=', id).execute()
  return String(id)
}

/** The example with what must not be there twice made new. */
export function varied(operation: string, example: unknown): Record<string, unknown> {
  const own = Object.entries(unique[operation] ?? {}).map(([field, make]) => [field, make()] as const)
  return { ...(example as Record<string, unknown>), ...Object.fromEntries(own) }
}

/** The example with what it refers to made for the caller. */
export async function filled(caller: Caller, example: unknown): Promise<Record<string, unknown>> {
  const body = { ...(example as Record<string, unknown>) }
  for (const [field, { of, list }] of Object.entries(references)) {
    if (!(field in body) || body[field] === null) continue
    const [id] = await make(caller, of)
    body[field] = list ? [id] : id
  }
  return body
}

/** Ids for every parameter of a path, each of something made for the caller. */
export async function make(caller: Caller, path: string): Promise<string[]> {
  const ids: string[] = []
  for (const {
    index,
    0: { length },
  } of path.matchAll(/\{[^}]+\}/g)) {
    const prefix = path.slice(0, index + length)
    // What an operation acts on may have to be in a state that a new one is not.
    const maker = resources[path] ?? resources[prefix]
    if (maker === undefined) throw new Error(`resources.ts does not say how to come by ${prefix}`)
    ids.push(await maker(caller, ids))
  }
  return ids
}

/** The path with its parameters put in. */
export function urlOf(path: string, ids: readonly string[]): string {
  const left = [...ids]
  return path.replaceAll(/\{[^}]+\}/g, () => encodeURIComponent(left.shift() ?? ''))
}
