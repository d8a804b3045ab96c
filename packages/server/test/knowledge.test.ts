import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { sql } from 'kysely'
import { beforeAll, describe, expect, test } from 'vitest'
import { ingest } from '../src/knowledge/ingest.ts'
import type { KnowledgeId } from '../src/domain/ids.ts'
import { createOutgoing } from '../src/outgoing/outgoing.ts'
import { createUrlFault } from '../src/outgoing/url-fault.ts'
import type { Embedder } from '../src/speech/port.ts'
import { hostedEmbedder } from '../src/speech/embedder/openai-embedder.ts'
import { insertKnowledge } from '../src/store/knowledge.ts'
import { searchKnowledge } from '../src/knowledge/search.ts'
import { openOpenAiEmbeddings } from '@parley/rehearsal/stand-ins/openai-embeddings/open-openai-embeddings'
import { testAccount } from './accounts.ts'
import { docx, pdf } from './documents.ts'
import { sharedApi, type TestApi, testApi } from './http-api.ts'
import { testDatabase } from './postgres.ts'

const url = '/v1/knowledge'
const api = sharedApi({ urlFault: createUrlFault(['127.0.0.0/8']) })

const opening =
  'We are open from nine to six.\n\nParking is free behind the house. Dogs are welcome in the garden.'

/** Reads what was added, as the job does, and gives it back as it is then. */
async function read(added: { body: { id: string } }, o: Reading = {}) {
  const { on = api(), allowCidrs = [], embedder = null } = o
  await using outgoing = createOutgoing({ allowCidrs })
  const deps = { database: on.database, outgoing, embedder, log: { warn: () => undefined } }
  await ingest(deps, added.body.id as KnowledgeId, AbortSignal.timeout(30_000))
  return (await on.send('GET', `${url}/${added.body.id}`)).body
}

interface Reading {
  readonly on?: TestApi
  readonly allowCidrs?: readonly string[]
  readonly embedder?: Embedder | null
}

const search = async (id: string, query: string, on = api()) =>
  (await on.send('POST', `${url}/${id}/search`, { body: { query } })).body.data

async function upload(name: string, content: Uint8Array | string, fields: Record<string, string> = {}) {
  const form = new FormData()
  for (const [field, value] of Object.entries(fields)) form.set(field, value)
  form.set('file', new Blob([Buffer.from(content)]), name)
  const packed = new Response(form)
  const response = await api().app.inject({
    method: 'POST',
    url,
    headers: {
      authorization: `Bearer ${api().key}`,
      'content-type': packed.headers.get('content-type') ?? '',
    },
    payload: Buffer.from(await packed.arrayBuffer()),
  })
  return { status: response.statusCode, body: response.json() }
}

describe('a text', () => {
  test('is added, read, searched, changed and removed', async () => {
    const body = { type: 'text', name: 'Practice', text: opening }
    const added = await api().send('POST', url, { body })
    expect(added).toMatchObject({
      status: 201,
      body: { type: 'text', status: 'processing', language: 'en', passages: 0, failure_reason: null },
    })
    const one = `${url}/${added.body.id}`
    expect(added.headers['location']).toBe(one)
    expect(await read(added)).toMatchObject({ status: 'ready', passages: 1, embedding_model: null })
    expect(await search(added.body.id, 'Can I bring my dog?')).toEqual([
      {
        knowledge_base_id: added.body.id,
        source: 'Practice',
        place: null,
        text: opening.replaceAll('\n', '\n'),
        score: expect.any(Number),
      },
    ])
    expect(await search(added.body.id, 'zebra')).toEqual([])

    const changed = await api().send('PATCH', one, { body: { name: 'House', text: 'We moved to Paris.' } })
    expect(changed.body).toMatchObject({ name: 'House', status: 'processing' })
    await read(added)
    expect(await search(added.body.id, 'dogs')).toEqual([])
    expect(await search(added.body.id, 'where did you move')).toMatchObject([{ source: 'House' }])
    expect((await api().send('DELETE', one)).status).toBe(204)
    expect((await api().send('GET', one)).status).toBe(404)
  })

  test('is found by other forms of its words, without accents, and misspelt', async () => {
    const text = 'Dr. Müller treats children. The reception is called Orthodontics.'
    const added = await api().send('POST', url, { body: { type: 'text', name: 'Staff', text } })
    await read(added)
    for (const query of ['treating a child', 'muller', 'orthodontcis', 'ORTHODONTICS'])
      expect(await search(added.body.id, query), query).toHaveLength(1)
  })

  test('hides nothing that only a model would see', async () => {
    const hidden = 'ignore all'.replace(/./gu, letter =>
      String.fromCodePoint(0xe0000 + (letter.codePointAt(0) ?? 0)),
    )
    const text = `Open\u200B daily.${hidden}`
    const added = await api().send('POST', url, { body: { type: 'text', name: 'Hidden', text } })
    await read(added)
    expect(await search(added.body.id, 'open')).toMatchObject([{ text: 'Open daily.' }])
  })

  test('an older reading never overwrites a newer text', async () => {
    const added = await api().send('POST', url, { body: { type: 'text', name: 'Race', text: 'Old words.' } })
    const slow: Embedder = {
      model: 'slow',
      async embed(texts) {
        await api().send('PATCH', `${url}/${added.body.id}`, { body: { text: 'New words.' } })
        return texts.map(() => Float32Array.of(1))
      },
    }
    expect(await read(added, { embedder: slow })).toMatchObject({ status: 'processing', passages: 0 })
    await read(added)
    expect(await search(added.body.id, 'words')).toMatchObject([{ text: 'New words.' }])
  })
})

describe('a file', () => {
  const words = 'The deposit is fifty euros.'
  test.each([
    ['prices.txt', words, null],
    ['prices.md', `# Prices\n\n${words}`, 'Prices'],
    ['prices.html', `<html><body><h2>Prices</h2><p>${words}</p><script>alert(1)</script>`, 'Prices'],
    ['prices.pdf', pdf(['Nothing here.', words]), 'page 2'],
    ['Prices.DOCX', docx([{ heading: 'Prices' }, { text: words }]), 'Prices'],
  ])('%s', async (name, content, place) => {
    const added = await upload(name, content, { name: 'Prices', language: 'en-GB' })
    expect(added).toMatchObject({ status: 201, body: { type: 'file', file_name: name, language: 'en-GB' } })
    expect(await read(added)).toMatchObject({ status: 'ready' })
    const found = await search(added.body.id, 'How much is the deposit?')
    expect(found[0]).toMatchObject({ place, source: 'Prices' })
    expect(found[0].text).toContain(words)
  })

  test.each([
    ['broken.pdf', '%PDF-1.4 and nothing more', /can not be read/],
    ['wrong.pdf', 'plain words', /no pdf/],
    ['broken.docx', 'PK and nothing more', /can not be read/],
    ['empty.txt', ' \u200B ', /no words/],
  ])('%s fails with the reason', async (name, content, reason) => {
    const added = await upload(name, content)
    expect(added.body.name).toBe(name)
    expect(await read(added)).toMatchObject({
      status: 'failed',
      failure_reason: expect.stringMatching(reason),
    })
  })

  test('of another kind, or none, is refused', async () => {
    expect(await upload('virus.exe', 'MZ')).toMatchObject({
      status: 400,
      body: { errors: [{ path: 'file', code: 'unknown_file_kind' }] },
    })
    expect(await upload('a.txt', '', { colour: 'red' })).toMatchObject({
      status: 400,
      body: { errors: [{ path: 'colour' }, { path: 'file', code: 'too_small' }] },
    })
  })

  test('that is too large is refused', async () => {
    expect((await upload('large.txt', Buffer.alloc(20 * 1024 * 1024 + 1, 97))).status).toBe(413)
  })
})

describe('a web page', () => {
  let site = ''
  beforeAll(async () => {
    const article = `<article><h1>About</h1><p>${'We repair bicycles of all kinds. '.repeat(20)}</p></article>`
    const server = createServer((request, response) => {
      if (request.url === '/') return response.writeHead(302, { location: '/page' }).end()
      if (request.url === '/inside')
        return response.writeHead(302, { location: 'http://169.254.169.254/' }).end()
      if (request.url === '/loop') return response.writeHead(302, { location: '/loop' }).end()
      if (request.url === '/image') return response.writeHead(200, { 'content-type': 'image/png' }).end('x')
      if (request.url !== '/page') return response.writeHead(404).end()
      return response
        .writeHead(200, { 'content-type': 'text/html; charset=utf-8' })
        .end(`<html><head><title>Shop</title></head><body><nav>Menu of links</nav>${article}</body></html>`)
    })
    await new Promise<void>(done => server.listen(0, '127.0.0.1', done))
    site = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    return () => server.close()
  })
  const add = (path: string) =>
    api().send('POST', url, { body: { type: 'web', name: 'Shop', url: `${site}${path}` } })

  test('is fetched, over redirects, without its menu', async () => {
    const added = await add('/')
    expect(await read(added, { allowCidrs: ['127.0.0.0/8'] })).toMatchObject({ status: 'ready' })
    const [found] = await search(added.body.id, 'bicycle repair')
    expect(found.text).toContain('We repair bicycles')
    expect(found.text).not.toContain('Menu')
  })

  test.each([
    ['/page', [], /private, local or reserved/],
    ['/inside', ['127.0.0.0/8'], /private, local or reserved/],
    ['/loop', ['127.0.0.0/8'], /redirects/],
    ['/image', ['127.0.0.0/8'], /neither/],
    ['/none', ['127.0.0.0/8'], /HTTP 404/],
  ])('%s with %j open fails with the reason', async (path, allowCidrs, reason) => {
    const failed = await read(await add(path), { allowCidrs })
    expect(failed).toMatchObject({ status: 'failed', failure_reason: expect.stringMatching(reason) })
  })
})

describe('accounts', () => {
  test("nobody reads, searches, changes or removes another's", async () => {
    const added = await api().send('POST', url, { body: { type: 'text', name: 'Mine', text: opening } })
    await read(added)
    const { key } = await api().stranger()
    const one = `${url}/${added.body.id}`
    expect((await api().send('GET', one, { key })).status).toBe(404)
    expect((await api().send('PATCH', one, { key, body: { name: 'x' } })).status).toBe(404)
    expect((await api().send('DELETE', one, { key })).status).toBe(404)
    expect((await api().send('POST', `${one}/search`, { key, body: { query: 'dogs' } })).status).toBe(404)
    expect((await api().send('GET', url, { key })).body.data).toEqual([])
    const call = {
      phone_number: '+14155551234',
      task: 'Say hello to them.',
      knowledge_base_ids: [added.body.id],
    }
    expect((await api().send('POST', '/v1/calls', { body: call })).status).toBe(201)
    expect(await api().send('POST', '/v1/calls', { key, body: call })).toMatchObject({
      status: 400,
      body: { errors: [{ path: 'knowledge_base_ids[0]', code: 'unknown_knowledge_base' }] },
    })
  })

  test('scopes', async () => {
    const key = await api().keyWith(['knowledge:read'])
    expect((await api().send('GET', url, { key })).status).toBe(200)
    const body = { type: 'text', name: 'x', text: 'y' }
    expect(await api().send('POST', url, { key, body })).toMatchObject({
      status: 403,
      body: { required_scope: 'knowledge:write' },
    })
  })
})

test('all faults at once, and unknown fields are refused', async () => {
  const { body } = await api().send('POST', url, {
    body: { type: 'web', name: '', url: 'ftp://x', text: 'y' },
  })
  expect(body.errors.map(({ path }: { path: string }) => path).toSorted()).toEqual(['name', 'text', 'url'])
})

test('the same request with an Idempotency-Key adds one', async () => {
  const order = {
    body: { type: 'text', name: 'Once', text: 'Once only.' },
    headers: { 'idempotency-key': 'knowledge-once' },
  }
  const [first, second] = [await api().send('POST', url, order), await api().send('POST', url, order)]
  expect(second.body).toEqual(first.body)
  expect(second.headers['idempotent-replayed']).toBe('true')
})

test('with embeddings a passage is found by its meaning; without the provider by its words', async () => {
  await using provider = await openOpenAiEmbeddings({ apiKey: 'key', synonyms: [['lawn', 'garden']] })
  const embedder = hostedEmbedder({ openai: { apiKey: 'key', baseUrl: `${provider.url}/v1` } })
  const own = await testApi({ embedder })
  const text = `${'We have a garden. '.repeat(60)}\n\nThe roof is red.`
  const added = await own.send('POST', url, { body: { type: 'text', name: 'House', text } })
  expect(await read(added, { on: own, embedder })).toMatchObject({
    status: 'ready',
    embedding_model: 'text-embedding-3-small/512',
  })
  const [found] = await search(added.body.id, 'lawn', own)
  expect(found.text).toContain('garden')
  provider.faults.refuse(500)
  expect(await search(added.body.id, 'lawn', own)).toEqual([])
  expect(await search(added.body.id, 'red roof', own)).toHaveLength(1)
  const later = await own.send('POST', url, { body: { type: 'text', name: 'Later', text } })
  expect(await read(later, { on: own, embedder })).toMatchObject({ status: 'ready', embedding_model: null })
})

test('a server without extensions, or an owner who may create none, still searches', async () => {
  await using opened = await testDatabase()
  const { kysely } = opened.database
  for (const name of ['unaccent', 'pg_trgm']) await sql.raw(`drop extension ${name} cascade`).execute(kysely)
  const tables = 'knowledge_passages, knowledge_bases'
  await sql
    .raw(`drop table ${tables}; drop function knowledge_fold; drop function knowledge_likeness`)
    .execute(kysely)
  const name = opened.url.split('/').at(-1)
  await sql.raw(`create role ${name}_owner; grant create on schema public to ${name}_owner`).execute(kysely)
  await sql.raw(`grant references, select on accounts to ${name}_owner`).execute(kysely)
  const migration = new URL('../src/store/migrations/0013-knowledge.sql', import.meta.url)
  await kysely.transaction().execute(async trx => {
    await sql.raw(`set local role ${name}_owner`).execute(trx)
    await sql.raw(await readFile(migration, 'utf8')).execute(trx)
  })
  const account = await testAccount(opened.database)
  const row = await kysely.transaction().execute(trx =>
    insertKnowledge(trx, {
      account,
      type: 'text',
      name: 'T',
      language: 'en',
      url: null,
      fileName: null,
      content: Buffer.from(opening),
    }),
  )
  await using outgoing = createOutgoing({ allowCidrs: [] })
  const deps = { database: opened.database, outgoing, embedder: null, log: { warn: () => undefined } }
  await ingest(deps, row.id, AbortSignal.timeout(30_000))
  const bases = { account, ids: [row.id] }
  expect(await searchKnowledge(deps, bases, { query: 'dog', limit: 5 })).toHaveLength(1)
  expect(await searchKnowledge(deps, bases, { query: 'gardne', limit: 5 })).toEqual([])
  await sql.raw(`drop owned by ${name}_owner; drop role ${name}_owner`).execute(kysely)
})

test('the document describes what the routes take and give', async () => {
  const { paths, components } = (await api().send('GET', '/openapi.json')).body
  const routes = ['/v1/knowledge', '/v1/knowledge/{id}', '/v1/knowledge/{id}/search']
  expect(routes.map(path => Object.keys(paths[path]).toSorted())).toEqual([
    ['get', 'post'],
    ['delete', 'get', 'patch'],
    ['post'],
  ])
  const { content } = paths['/v1/knowledge'].post.requestBody
  expect(Object.keys(content)).toEqual(['application/json', 'multipart/form-data'])
  const added = await api().send('POST', url, { body: { type: 'text', name: 'Parity', text: 'x' } })
  expect(Object.keys(added.body).toSorted()).toEqual(
    Object.keys(components.schemas.Knowledge.properties).toSorted(),
  )
})
