import { describe, expect, test } from 'vitest'
import { sharedApi, testApi } from './http-api.ts'

/** Numbers that nobody else in this file has. */
let last = 1_000
const someone = () => `+1415555${(last += 1)}`

describe('leads', () => {
  const shared = sharedApi()
  const add = (body: object) => shared().send('POST', '/v1/leads', { body })
  const bulk = (body: object) => shared().send('POST', '/v1/leads/bulk', { body })
  const listOf = async (name = 'March') =>
    (await shared().send('POST', '/v1/lead-lists', { body: { name } })).body.id as string
  const lead = async (number: string) =>
    (await shared().send('GET', `/v1/leads?phone_number=${encodeURIComponent(number)}`)).body.data[0]

  test('a number is one lead, however often it is added, and goes on every list named', async () => {
    const [one, two] = [await listOf(), await listOf()]
    const phone_number = someone()
    const first = await add({ phone_number, name: 'Ada', list_id: one })
    expect(first).toMatchObject({ status: 201, body: { existed: false, status: 'New', name: 'Ada' } })
    const again = await add({ phone_number, name: 'Eve', list_id: two })
    expect(again).toMatchObject({ status: 200, body: { existed: true, id: first.body.id, name: 'Ada' } })
    expect(again.body.list_ids.toSorted()).toEqual([one, two].toSorted())
  })

  test('twenty at once are one lead, added by one of them', async () => {
    const body = { phone_number: someone() }
    const answers = await Promise.all(Array.from({ length: 20 }, () => add(body)))
    expect(new Set(answers.map(answer => answer.body.id)).size).toBe(1)
    expect(answers.filter(answer => answer.status === 201)).toHaveLength(1)
  })

  test('are changed field by field; notes grow line by line', async () => {
    const { id } = (await add({ phone_number: someone(), notes: 'Called once.' })).body
    const change = (body: object) => shared().send('PATCH', `/v1/leads/${id}`, { body })
    expect((await change({ notes_append: 'Wants a visit.' })).body.notes).toBe('Called once.\nWants a visit.')
    expect(
      (await change({ notes: null, timezone: 'Europe/Madrid', status: 'Contacted' })).body,
    ).toMatchObject({
      notes: null,
      timezone: 'Europe/Madrid',
      status: 'Contacted',
    })
    expect((await change({ notes_append: 'First.' })).body.notes).toBe('First.')
    const both = await change({ notes: 'a', notes_append: 'b', timezone: 'Mars/Base', colour: 'red' })
    expect(both.status).toBe(400)
    expect(both.body.errors.map((fault: { path: string }) => fault.path).toSorted()).toEqual([
      'colour',
      'notes_append',
      'timezone',
    ])
  })

  test('many are merged in one go, and none leaves Unsubscribed by that', async () => {
    const [old, gone, fresh] = [someone(), someone(), someone()]
    await add({ phone_number: old, name: 'Ada', notes: 'x', request_data: { a: 1, b: 1 } })
    await add({ phone_number: gone, status: 'Unsubscribed' })
    const list_id = await listOf()
    const answer = await bulk({
      list_id,
      leads: [
        { phone_number: old, notes_append: 'y', request_data: { b: 2 } },
        { phone_number: gone, status: 'New', name: 'Bob' },
        { phone_number: fresh, notes_append: 'z' },
        { phone_number: fresh, name: 'Cleo' },
      ],
    })
    expect(answer.body).toEqual({
      success: true,
      inserted: 1,
      updated: 2,
      duplicates: 1,
      total_processed: 4,
      duration_ms: expect.any(Number),
    })
    expect(await lead(old)).toMatchObject({ name: 'Ada', notes: 'x\ny', request_data: { a: 1, b: 2 } })
    expect(await lead(gone)).toMatchObject({ status: 'Unsubscribed', name: 'Bob' })
    expect(await lead(fresh)).toMatchObject({ name: 'Cleo', notes: 'z', list_ids: [list_id] })
    expect((await shared().send('GET', `/v1/lead-lists/${list_id}`)).body.lead_count).toBe(3)
  })

  test('skipped, those that are there stay', async () => {
    const [old, fresh] = [someone(), someone()]
    await add({ phone_number: old, name: 'Ada' })
    const leads = [
      { phone_number: old, name: 'Eve' },
      { phone_number: fresh, name: 'Bob' },
    ]
    const { body } = await bulk({ on_duplicate: 'skip', leads })
    expect(body).toMatchObject({ inserted: 1, updated: 0, duplicates: 1, total_processed: 2 })
    expect(await lead(old)).toMatchObject({ name: 'Ada' })
  })

  test('a bad one among many stores none, and every fault is told', async () => {
    const good = someone()
    const leads = [{ phone_number: good }, { phone_number: '+1415555' }, { phone_number: 'x', email: 'y' }]
    const { status, body } = await bulk({ leads })
    expect(status).toBe(400)
    expect(body.errors.map((fault: { path: string }) => fault.path).toSorted()).toEqual([
      'leads[1].phone_number',
      'leads[2].email',
      'leads[2].phone_number',
    ])
    expect(await lead(good)).toBeUndefined()
    const many = Array.from({ length: 2_001 }, () => ({ phone_number: good }))
    expect((await bulk({ leads: many })).status).toBe(400)
  })

  test('the same bulk under one Idempotency-Key adds its notes once', async () => {
    const phone_number = someone()
    const sent = {
      body: { leads: [{ phone_number, notes_append: 'x' }] },
      headers: { 'idempotency-key': `bulk-${phone_number.slice(1)}` },
    }
    await shared().send('POST', '/v1/leads/bulk', sent)
    const again = await shared().send('POST', '/v1/leads/bulk', sent)
    expect(again.headers['idempotent-replayed']).toBe('true')
    expect(await lead(phone_number)).toMatchObject({ notes: 'x' })
  })

  test('are taken off a list, deleted with it staying, and are none elsewhere', async () => {
    const [list, other] = [await listOf(), await listOf()]
    const { id } = (await add({ phone_number: someone(), list_id: list })).body
    const at = (where: string) => `/v1/leads/${id}${where}`
    expect((await shared().send('GET', at(`?list_id=${other}`))).status).toBe(404)
    expect((await shared().send('GET', at(`?list_id=${list}`))).status).toBe(200)
    expect((await shared().send('DELETE', at(`?list_id=${other}`))).status).toBe(404)
    expect((await shared().send('DELETE', at(`?list_id=${list}`))).status).toBe(204)
    expect((await shared().send('GET', at(''))).body.list_ids).toEqual([])
    expect((await shared().send('DELETE', `/v1/lead-lists/${list}`)).status).toBe(204)
    expect((await shared().send('DELETE', at(''))).status).toBe(204)
    expect((await shared().send('GET', at(''))).status).toBe(404)
  })

  test('belong to their account, as lists and imports do', async () => {
    const list_id = await listOf()
    const { id } = (await add({ phone_number: someone(), list_id })).body
    const made = (await shared().send('POST', '/v1/lead-imports', { body: {} })).body.id
    const { key } = await shared().stranger()
    for (const path of [
      `leads/${id}`,
      `lead-lists/${list_id}`,
      `lead-imports/${made}`,
      `lead-imports/${made}/errors`,
    ])
      expect((await shared().send('GET', `/v1/${path}`, { key })).status, path).toBe(404)
    const taken = await shared().send('POST', '/v1/leads', {
      key,
      body: { phone_number: someone(), list_id },
    })
    expect(taken.body.errors).toMatchObject([{ path: 'list_id', code: 'unknown_list' }])
    expect((await shared().send('DELETE', `/v1/leads/${id}`, { key })).status).toBe(404)
  })
})

describe('a file of leads', () => {
  const shared = sharedApi()
  const begin = async (body: object = {}) =>
    (await shared().send('POST', '/v1/lead-imports', { body })).body.id as string
  const sendFile = (id: string, file: string, type = 'text/csv') =>
    shared().send('POST', `/v1/lead-imports/${id}/file`, { body: file, headers: { 'content-type': type } })

  test('is read row by row; what is wrong with a row is told with its number', async () => {
    const list = await shared().send('POST', '/v1/lead-lists', { body: { name: 'File' } })
    const id = await begin({ country: 'US', list_id: list.body.id })
    const file = [
      '\uFEFFphone_number,name,notes,visit',
      '(415) 555-2001,"Lovelace, Ada","two',
      'lines",3 pm',
      '12,Nobody,,',
      '+14155552002,Bob',
      '+14155552001,Countess,,',
      '',
      '+34612345678,"A ""B""",,',
    ].join('\r\n')
    const answer = await sendFile(id, file)
    expect(answer.body).toMatchObject({
      status: 'completed',
      rows_read: 5,
      inserted: 2,
      updated: 0,
      duplicates: 1,
      rejected: 2,
      bytes_read: Buffer.byteLength(file),
    })
    const first = await shared().send('GET', `/v1/lead-imports/${id}/errors?limit=1`)
    expect(first.body).toMatchObject({ data: [{ row: 3, path: 'phone_number' }], has_more: true })
    const rest = await shared().send('GET', `/v1/lead-imports/${id}/errors?cursor=${first.body.next_cursor}`)
    expect(rest.body).toMatchObject({ data: [{ row: 4, code: 'cell_count' }], has_more: false })
    const leads = await shared().send('GET', `/v1/leads?list_id=${list.body.id}`)
    const told = leads.body.data.map(({ name, notes, request_data }: Record<string, unknown>) => ({
      name,
      notes,
      request_data,
    }))
    expect(told).toEqual(
      expect.arrayContaining([
        { name: 'Countess', notes: 'two\r\nlines', request_data: { visit: '3 pm' } },
        { name: 'A "B"', notes: null, request_data: {} },
      ]),
    )
    expect((await sendFile(id, file)).body).toMatchObject({ status: 409, current_status: 'completed' })
  })

  test.each([
    ['', 'empty'],
    ['name\nAda', 'phone_number'],
    ['phone_number,name\n"+14155552009', 'Quote Not Closed'],
    [`phone_number\n${'9'.repeat(1_100_000)}`, 'Max Record Size'],
  ])('that can not be read fails with the reason, and may be sent again %#', async (file, reason) => {
    const id = await begin()
    expect((await sendFile(id, file)).body).toMatchObject({
      status: 'failed',
      error: expect.stringContaining(reason),
    })
    expect((await sendFile(id, 'phone_number\n+14155552010')).body).toMatchObject({ status: 'completed' })
  })

  test('is nothing else than CSV', async () => {
    expect((await sendFile(await begin(), '{}', 'application/json')).status).toBe(415)
  })
})

test('a file is read in batches: five thousand rows, larger than a body may be', async () => {
  const api = await testApi()
  const { id } = (await api.send('POST', '/v1/lead-imports', { body: {} })).body
  const note = 'n'.repeat(300)
  const rows = Array.from({ length: 5_000 }, (_, n) => `+1415556${String(n).padStart(4, '0')},${note}`)
  const answer = await api.send('POST', `/v1/lead-imports/${id}/file`, {
    body: `phone_number,notes\n${rows.join('\n')}`,
    headers: { 'content-type': 'text/csv' },
  })
  expect(answer.body).toMatchObject({ status: 'completed', inserted: 5_000, rows_read: 5_000, rejected: 0 })
})
