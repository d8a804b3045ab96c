import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { type TestApi, testApi } from './http-api.ts'

const options = { task: 'Confirm the appointment tomorrow.' }

async function eventful(api: TestApi) {
  const agent = (await api.send('POST', '/v1/agents', { body: { name: 'Ann', options } })).body.id
  await api.send('PATCH', `/v1/agents/${agent}`, { body: { name: 'Anna' } })
  await api.send('PUT', '/v1/secrets/token', { body: { value: 'very secret' } })
  const list = { phone_number: '+14155550123', reason: 'asked for it' }
  const listed = (await api.send('POST', '/v1/do-not-call', { body: list })).body.id
  await api.send('DELETE', `/v1/do-not-call/${encodeURIComponent(list.phone_number)}`)
  await api.send('DELETE', `/v1/agents/${agent}`)
  return { agent, listed }
}

test('what is done stands in the log, and nothing that is private', async () => {
  const api = await testApi()
  const { agent, listed } = await eventful(api)
  const { body } = await api.send('GET', '/v1/audit')
  expect(body.data.map((one: Record<string, unknown>) => [one.action, one.target_id])).toEqual([
    ['agent.deleted', agent],
    ['do_not_call.removed', null],
    ['do_not_call.added', listed],
    ['secret.stored', 'token'],
    ['agent.changed', agent],
    ['agent.created', agent],
  ])
  expect(body.data[0]).toMatchObject({
    sequence: 6,
    ip: '127.0.0.1',
    key_id: expect.any(String),
    request_id: expect.any(String),
  })
  expect(JSON.stringify(body)).not.toMatch(/very secret|4155550123|asked for it/)
  const first = await api.send('GET', '/v1/audit?limit=4')
  expect(first.body).toMatchObject({ has_more: true, next_cursor: '3' })
  const rest = await api.send('GET', `/v1/audit?limit=4&cursor=${first.body.next_cursor}`)
  expect(rest.body.data.map((one: { sequence: number }) => one.sequence)).toEqual([2, 1])
  const agents = await api.send('GET', '/v1/audit?action=agent.changed')
  expect(agents.body.data).toHaveLength(1)
  expect((await api.send('GET', '/v1/audit?cursor=x')).status).toBe(400)
  const { key } = await api.stranger()
  expect((await api.send('GET', '/v1/audit', { key })).body.data).toEqual([])
})

test('leads: one entry a request, with counts, and nothing of whoever they are', async () => {
  const api = await testApi()
  const person = {
    phone_number: '+14155550123',
    name: 'Ada Quux',
    email: 'ada@quux.test',
    notes: 'Likes tea',
  }
  const send = async (...[method, url, o]: Parameters<typeof api.send>) => {
    const answer = await api.send(method, url, o)
    expect(answer.status, JSON.stringify(answer.body)).toBeLessThan(300)
    return answer.body
  }
  const list_id = (await send('POST', '/v1/lead-lists', { body: { name: 'Quux' } })).id
  await send('PATCH', `/v1/lead-lists/${list_id}`, { body: { description: 'Quux' } })
  const once = { headers: { 'idempotency-key': 'the-same-key' } }
  const lead = (await send('POST', '/v1/leads', { body: { ...person, list_id }, ...once })).id
  await send('POST', '/v1/leads', { body: { ...person, list_id }, ...once })
  await send('POST', '/v1/leads', { body: person })
  await send('PATCH', `/v1/leads/${lead}`, { body: { notes_append: 'Quux', status: 'Contacted' } })
  const two = [person, { phone_number: '+14155550124', name: 'Eve Quux' }]
  await send('POST', '/v1/leads/bulk', { body: { leads: [...two, person], on_duplicate: 'merge', list_id } })
  const imported = (await send('POST', '/v1/lead-imports', { body: { list_id } })).id
  const csv = `phone_number,name\n${person.phone_number},Quux\n+14155550125,Quux\nnobody,Quux\n`
  const file = { body: csv, headers: { 'content-type': 'text/csv' } }
  await send('POST', `/v1/lead-imports/${imported}/file`, file)
  const other = (await send('POST', '/v1/lead-imports', { body: {} })).id
  await send('POST', `/v1/lead-imports/${other}/file`, { ...file, body: 'name\nQuux\n' })
  await send('DELETE', `/v1/leads/${lead}?list_id=${list_id}`)
  await send('DELETE', `/v1/leads/${lead}`)
  await send('DELETE', `/v1/lead-lists/${list_id}`)
  for (const [method, url, body] of [
    ['POST', '/v1/leads', { phone_number: '1' }],
    ['POST', '/v1/leads/bulk', { leads: [] }],
    ['PATCH', `/v1/leads/${lead}`, { status: 'Contacted' }],
    ['DELETE', `/v1/leads/${lead}`, undefined],
    ['DELETE', `/v1/lead-lists/${list_id}`, undefined],
    ['POST', `/v1/lead-imports/${imported}/file`, file.body],
  ] as const) {
    const refused = await api.send(method, url, { body, ...(body === csv ? { headers: file.headers } : {}) })
    expect(refused.status, url).toBeGreaterThanOrEqual(400)
  }
  const { body } = await api.send('GET', '/v1/audit')
  const counts = { inserted: 0, updated: 0, duplicates: 0 }
  const began = { on_duplicate: 'merge', list_id }
  expect(
    body.data
      .map((one: Record<string, unknown>) => [one['action'], one['target_id'], one['details']])
      .toReversed(),
  ).toEqual([
    ['lead_list.created', list_id, {}],
    ['lead_list.changed', list_id, {}],
    ['lead.created', lead, { existed: false, list_id }],
    ['lead.created', lead, { existed: true }],
    ['lead.changed', lead, { fields: ['notes_append', 'status'] }],
    ['lead.bulk_created', null, { inserted: 1, updated: 1, duplicates: 1, list_id }],
    ['lead_import.created', imported, began],
    [
      'lead_import.ended',
      imported,
      { ...began, ...counts, status: 'completed', rows_read: 3, inserted: 1, updated: 1, rejected: 1 },
    ],
    ['lead_import.created', other, { ...began, list_id: null }],
    [
      'lead_import.ended',
      other,
      { ...counts, ...began, list_id: null, status: 'failed', rows_read: 0, rejected: 0 },
    ],
    ['lead.taken_off_list', lead, { list_id }],
    ['lead.deleted', lead, {}],
    ['lead_list.deleted', list_id, {}],
  ])
  expect(JSON.stringify(body)).not.toMatch(/415555|quux|tea/i)
  expect((await api.send('GET', '/v1/audit/verify')).body).toMatchObject({ intact: true, entries: 13 })
})

test('what was refused leaves no trace', async () => {
  const api = await testApi()
  await api.send('POST', '/v1/agents', { body: { name: '', options } })
  await api.send('DELETE', '/v1/agents/0190a000-0000-7000-8000-000000000000')
  await api.send('DELETE', '/v1/secrets/none')
  expect((await api.send('GET', '/v1/audit')).body.data).toEqual([])
})

test('entries that are written at once have numbers without gaps', async () => {
  const api = await testApi()
  await Promise.all(
    Array.from({ length: 20 }, (_, n) => api.send('PUT', `/v1/secrets/s${n}`, { body: { value: 'x' } })),
  )
  expect((await api.send('GET', '/v1/audit/verify')).body).toEqual({
    intact: true,
    entries: 20,
    broken_at: null,
    reason: null,
  })
})

/** With the rights of whoever owns the tables: what a thief of the database can do. */
const tampering: readonly (readonly [what: string, statement: string, at: number])[] = [
  ['a changed action', `update audit_log set action = 'agent.seen' where sequence = 3`, 3],
  ['a changed author', `update audit_log set key_id = null where sequence = 2`, 2],
  ['a changed time', `update audit_log set at = at - interval '1 day' where sequence = 4`, 4],
  ['changed details', `update audit_log set details = '{"version":9}' where sequence = 2`, 2],
  ['a changed hash', `update audit_log set hash = sha256('x') where sequence = 6`, 6],
  ['a missing entry', `delete from audit_log where sequence = 3`, 3],
  ['a missing end', `delete from audit_log where sequence > 4`, 5],
  [
    'a missing end, and a head to match',
    `delete from audit_log where sequence > 4;
     update audit_heads set sequence = 4, hash = (select hash from audit_log where sequence = 4)`,
    4,
  ],
  ['no log at all', `delete from audit_log`, 1],
]

test('whatever is changed in the log is found', async () => {
  const api = await testApi()
  await eventful(api)
  const run = (statement: string) => sql.raw(statement).execute(api.database.kysely)
  const verify = async () => (await api.send('GET', '/v1/audit/verify')).body
  await run(`alter table audit_log disable trigger audit_log_stays;
    create table kept as table audit_log; create table kept_heads as table audit_heads`)
  for (const [what, statement, at] of tampering) {
    expect(await verify(), what).toMatchObject({ intact: true, entries: 6 })
    await run(statement)
    expect(await verify(), what).toMatchObject({ intact: false, broken_at: at })
    await run(`delete from audit_log; insert into audit_log select * from kept;
      delete from audit_heads; insert into audit_heads select * from kept_heads`)
  }
})

test('the database itself refuses to change an entry', async () => {
  const api = await testApi()
  await eventful(api)
  for (const statement of [
    `update audit_log set action = 'x'`,
    'delete from audit_log',
    'truncate audit_log',
  ]) {
    await expect(sql.raw(statement).execute(api.database.kysely)).rejects.toThrow(/never changed/)
  }
})
