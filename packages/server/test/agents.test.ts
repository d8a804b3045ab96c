import { describe, expect, test } from 'vitest'
import { newId } from '../src/domain/new-id.ts'
import { findAnsweredNumber } from '../src/store/inbound-numbers.ts'
import { sharedApi, testApi } from './http-api.ts'

const options = { instructions: 'You are Sarah. Confirm the visit of {{name}}.', voice: 'echo' }

describe('agents', () => {
  const shared = sharedApi()
  const create = async (body: object = { name: 'Sarah', options }) =>
    (await shared().send('POST', '/v1/agents', { body })).body

  test('are saved, listed, changed in versions, compared, and brought back', async () => {
    const api = shared()
    const { id } = await create()
    expect((await api.send('GET', `/v1/agents/${id}`)).body).toMatchObject({
      name: 'Sarah',
      version: 1,
      options,
    })
    const changed = { ...options, voice: 'alloy', temperature: 1 }
    const second = await api.send('PATCH', `/v1/agents/${id}`, { body: { options: changed } })
    expect(second.body).toMatchObject({ version: 2, options: changed })
    const renamed = await api.send('PATCH', `/v1/agents/${id}`, { body: { name: 'Sara' } })
    expect(renamed.body).toMatchObject({ name: 'Sara', version: 2 })
    const { body } = await api.send('GET', `/v1/agents/${id}/diff?from=1&to=2`)
    expect(body.changes).toEqual([
      { path: 'temperature', after: 1 },
      { path: 'voice', before: 'echo', after: 'alloy' },
    ])
    const back = await api.send('POST', `/v1/agents/${id}/rollback`, { body: { version: 1 } })
    expect(back.body).toMatchObject({ version: 3, options: { voice: 'echo' } })
    const first = await api.send('GET', `/v1/agents/${id}/versions?limit=2`)
    expect(first.body.data.map((entry: { version: number }) => entry.version)).toEqual([3, 2])
    const rest = await api.send('GET', `/v1/agents/${id}/versions?limit=2&cursor=${first.body.next_cursor}`)
    expect(rest.body).toMatchObject({ data: [{ version: 1 }], has_more: false, next_cursor: null })
    const list = await api.send('GET', '/v1/agents')
    expect(list.body.data[0]).toMatchObject({ id, version: 3 })
  })

  test('are checked as calls are, all faults at once, placeholders left open', async () => {
    const bad = { name: '', options: { ...options, voice: 'nobody', max_duration: 0, from_number: '+1' } }
    const answer = await shared().send('POST', '/v1/agents', { body: bad })
    expect(answer.status).toBe(400)
    expect(answer.body.errors.map((fault: { path: string }) => fault.path).toSorted()).toEqual([
      'name',
      'options.from_number',
      'options.max_duration',
      'options.voice',
    ])
  })

  test('belong to their account', async () => {
    const { id } = await create()
    const { key } = await shared().stranger()
    for (const path of ['', '/versions', '/diff?from=1&to=1'])
      expect((await shared().send('GET', `/v1/agents/${id}${path}`, { key })).status).toBe(404)
    const body = { version: 1 }
    expect((await shared().send('POST', `/v1/agents/${id}/rollback`, { key, body })).status).toBe(404)
    expect((await shared().send('DELETE', `/v1/agents/${id}`, { key })).status).toBe(404)
  })

  test('a call takes the options of its agent, and its own before them', async () => {
    const { id: agent_id } = await create()
    const body = { phone_number: '+14155551234', agent_id, voice: 'alloy', request_data: { name: 'Jo' } }
    const placed = await shared().send('POST', '/v1/calls', { body })
    expect(placed.status).toBe(201)
    const row = await shared()
      .database.kysely.selectFrom('calls')
      .select(['plan', 'request', 'agent_id', 'country'])
      .where('id', '=', placed.body.call_id)
      .executeTakeFirstOrThrow()
    expect(row.plan).toMatchObject({
      voice: 'alloy',
      prompt: { text: 'You are Sarah. Confirm the visit of Jo.' },
    })
    expect(row).toMatchObject({ request: body, agent_id, country: 'US' })
  })

  test.each([
    [{}, 'task', 'required'],
    [{ agent_id: newId() }, 'agent_id', 'unknown_agent'],
    [{ agent_id: newId(), task: 'Confirm the visit.' }, 'agent_id', 'mutually_exclusive'],
  ])('a call with %j is refused for its %s: %s', async (more, path, code) => {
    const body = { phone_number: '+14155551234', ...more }
    const answer = await shared().send('POST', '/v1/calls', { body })
    expect(answer.status).toBe(400)
    expect(answer.body.errors).toContainEqual(expect.objectContaining({ path, code }))
  })

  test('a missing value of a placeholder is told at the call', async () => {
    const { id: agent_id } = await create()
    const answer = await shared().send('POST', '/v1/calls', {
      body: { phone_number: '+14155551234', agent_id },
    })
    expect(answer.body.errors).toMatchObject([{ path: 'instructions', code: 'placeholder_without_value' }])
  })
})

test('a number is answered by its saved agent in its newest version', async () => {
  const api = await testApi()
  const make = async (made: object) =>
    (await api.send('POST', '/v1/agents', { body: { name: 'A', options: made } })).body.id as string
  const open = await make(options)
  const inbound_agent_id = await make({ instructions: 'Answer whoever calls.' })
  const number = '+14155550100'
  const refused = await api.send('POST', '/v1/phone-numbers', { body: { number, inbound_agent_id: open } })
  expect(refused.body.errors).toMatchObject([{ path: 'inbound_agent_id', code: 'placeholder_without_value' }])
  const added = await api.send('POST', '/v1/phone-numbers', { body: { number, inbound_agent_id } })
  expect(added.body).toMatchObject({ inbound_agent_id, inbound_agent: null })
  const newest = { instructions: 'Answer in rhymes, please.' }
  await api.send('PATCH', `/v1/agents/${inbound_agent_id}`, { body: { options: newest } })
  const found = () => findAnsweredNumber(api.database, { number, carriers: [], isSettingsTrunk: true })
  expect(await found()).toMatchObject({ agent: newest, agentId: inbound_agent_id })
  const kept = await api.send('DELETE', `/v1/agents/${inbound_agent_id}`)
  expect(kept).toMatchObject({ status: 409, body: { current_status: 'in_use' } })
  const own = { inbound_agent: { instructions: 'Own options here.' } }
  const changed = await api.send('PATCH', `/v1/phone-numbers/${added.body.id}`, { body: own })
  expect(changed.body).toMatchObject({ inbound_agent_id: null, ...own })
  expect(await found()).toMatchObject({ agent: own.inbound_agent, agentId: null })
  expect((await api.send('DELETE', `/v1/agents/${inbound_agent_id}`)).status).toBe(204)
})
