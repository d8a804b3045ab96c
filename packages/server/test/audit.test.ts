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
