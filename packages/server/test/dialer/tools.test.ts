import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text as readText } from 'node:stream/consumers'
import { createMcpHandler, McpServer } from '@modelcontextprotocol/server'
import { Webhook } from 'standardwebhooks'
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { z } from 'zod'
import { openTools, type ToolDeps } from '../../src/dialer/tools/open-tools.ts'
import type { CallPlan } from '../../src/domain/call-plan.ts'
import type { HttpToolPlan, ToolPlan } from '../../src/domain/tool-plan.ts'
import { createOutgoing } from '../../src/outgoing/outgoing.ts'
import { createAccount } from '../../src/store/accounts.ts'
import { createSealing } from '../../src/store/sealing.ts'
import { putSecret } from '../../src/store/secrets.ts'
import { testCall } from '../accounts.ts'
import { plan as anyPlan } from '../conversation/stage.ts'
import { type TestDatabase, testDatabase } from '../postgres.ts'

/** What tools do outside a conversation, against a tool server, an MCP server and a database that are real. */

const webhookSecret = `whsec_${Buffer.alloc(24, 7).toString('base64')}`
const sealing = createSealing(Buffer.alloc(32, 5))
const signal = AbortSignal.timeout(120_000)

interface Asked {
  readonly method: string
  readonly url: string
  readonly headers: IncomingMessage['headers']
  readonly body: string
}

let opened: TestDatabase
let plan: CallPlan
let site = ''
const asked: Asked[] = []

beforeAll(async () => {
  opened = await testDatabase()
  const { database } = opened
  const account = await database.kysely
    .transaction()
    .execute(trx => createAccount(trx, { name: 'Tools', webhookSecret, sealing }))
  const callId = await testCall(database, account)
  await database.kysely
    .updateTable('calls')
    .set({ metadata: '{"order":5}' })
    .where('id', '=', callId)
    .execute()
  plan = { ...anyPlan, accountId: account, callId }
  await putSecret(database, { account, name: 'crm', sealed: sealing.seal('top-secret') })
})
afterAll(() => opened[Symbol.asyncDispose]())

beforeAll(async () => {
  const mcp = createMcpHandler(() => mcpServer())
  const server = createServer((request, response) => {
    answer(request, response, mcp.fetch).catch(error => response.destroy(error as Error))
  })
  await new Promise<void>(done => server.listen(0, '127.0.0.1', done))
  site = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return () => {
    server.closeAllConnections()
    server.close()
  }
})
beforeEach(() => void asked.splice(0))

/** What the tool server does by its paths. */
async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  mcp: (request: Request) => Promise<Response>,
): Promise<unknown> {
  const body = await readText(request)
  const { method = '', url = '', headers } = request
  asked.push({ method, url, headers, body })
  if (url.startsWith('/mcp')) {
    const given = new Headers(Object.entries(headers).map(([name, value]) => [name, String(value)]))
    const init = { method, headers: given, ...(body === '' ? {} : { body }) }
    const answer = await mcp(new Request(`${site}${url}`, init))
    response.writeHead(answer.status, Object.fromEntries(answer.headers))
    return response.end(Buffer.from(await answer.arrayBuffer()))
  }
  if (url.startsWith('/slow')) return undefined
  if (url.startsWith('/large')) return response.end('x'.repeat(64 * 1024 + 1))
  if (url.startsWith('/broken')) return response.writeHead(500).end('oops')
  if (url.startsWith('/words')) return response.end('Nine o’clock')
  if (url.startsWith('/empty')) return response.writeHead(204).end()
  if (url.startsWith('/away')) return response.writeHead(302, { location: 'http://169.254.169.254/' }).end()
  return response.end(JSON.stringify({ result: { free: ['nine', 'ten'] } }))
}

function mcpServer(): McpServer {
  const server = new McpServer({ name: 'calendar', version: '1' })
  const inputSchema = z.object({ day: z.string() })
  const words = (text: string) => ({ content: [{ type: 'text' as const, text }] })
  server.registerTool(
    'free_slots',
    { description: 'Free slots of a day', inputSchema, annotations: { readOnlyHint: true } },
    async ({ day }) => words(`${day}: nine and ten`),
  )
  server.registerTool('book_slot', { description: 'Books', inputSchema }, async () => ({
    ...words('That slot is gone'),
    isError: true,
  }))
  server.registerTool('forbidden', { description: 'No', inputSchema }, async () => words('no'))
  return server
}

function tool(path: string, more: Partial<HttpToolPlan> = {}): HttpToolPlan {
  return {
    kind: 'http',
    name: 'slots',
    description: 'Free slots',
    parameters: { type: 'object', properties: { day: { type: 'string' } }, required: ['day'] },
    url: `${site}${path}`,
    method: 'POST',
    headers: {},
    timeoutMs: 2_000,
    speakWhileWaiting: null,
    secretRef: null,
    ...more,
  }
}

async function open(tools: readonly ToolPlan[], o: { allowCidrs?: string[]; plan?: Partial<CallPlan> } = {}) {
  const outgoing = createOutgoing({ allowCidrs: o.allowCidrs ?? ['127.0.0.0/8'] })
  const { database } = opened
  const log = { warn: () => undefined }
  const deps: ToolDeps = { database, sealing, outgoing, embedder: null, clock: Date.now, log }
  const open = await openTools({ ...plan, ...o.plan, tools }, deps, signal)
  onTestFinished(async () => {
    await open[Symbol.asyncDispose]()
    await outgoing[Symbol.asyncDispose]()
  })
  return open
}

const call = (name: string, given: Record<string, unknown> = { day: 'Monday' }) => ({
  toolCallId: 'call-1',
  name,
  arguments: given,
})

describe('a function behind a URL', () => {
  test('is asked as documented, signed, with its secret, and answers', async () => {
    const { use } = await open([tool('/slots', { secretRef: 'crm', headers: { 'X-Team': 'a' } })])
    expect(await use(call('slots'), signal)).toEqual({ ok: true, result: { free: ['nine', 'ten'] } })
    const [request] = asked
    expect(JSON.parse(request?.body ?? '')).toEqual({
      call_id: plan.callId,
      tool_call_id: 'call-1',
      name: 'slots',
      arguments: { day: 'Monday' },
      metadata: { order: 5 },
    })
    expect(request?.headers).toMatchObject({ authorization: 'Bearer top-secret', 'x-team': 'a' })
    const headers = request?.headers as Record<string, string>
    expect(() => new Webhook(webhookSecret).verify(request?.body ?? '', headers)).not.toThrow()
  })

  test('by GET gets its arguments in the query, and changes nothing', async () => {
    const { use, tools } = await open([tool('/slots?x=1', { method: 'GET' })])
    await use(call('slots', { day: 'Mon & Tue', n: 2 }), signal)
    expect(asked[0]).toMatchObject({ method: 'GET', url: '/slots?x=1&day=Mon+%26+Tue&n=2', body: '' })
    expect(tools.find(({ definition }) => definition.name === 'slots')?.hasEffects).toBe(false)
  })

  test('puts the secret where a header wants it', async () => {
    const headers = { 'X-Key': 'key={{secret}}' }
    const { use } = await open([tool('/slots', { secretRef: 'crm', headers })])
    await use(call('slots'), signal)
    expect(asked[0]?.headers).toMatchObject({ 'x-key': 'key=top-secret' })
    expect(asked[0]?.headers.authorization).toBeUndefined()
  })

  test.each([
    ['/words', { ok: true, result: 'Nine o’clock' }],
    ['/empty', { ok: true, result: null }],
    ['/broken', { error: 'The tool answered with HTTP 500' }],
    ['/away', { error: 'The tool answered with HTTP 302' }],
    ['/large', { error: expect.stringMatching(/longer than 65536/) }],
    ['/slow', { error: expect.stringMatching(/no answer in time/) }],
  ])('%s', async (path, result) => {
    const { use } = await open([tool(path, { timeoutMs: 500 })])
    expect(await use(call('slots'), signal)).toEqual(result)
  })

  test('never reaches inside, nor goes out without its secret', async () => {
    const { use } = await open([tool('/slots')], { allowCidrs: [] })
    expect(await use(call('slots'), signal)).toEqual({ error: expect.stringMatching(/private, local/) })
    const without = await open([tool('/slots', { secretRef: 'none' })])
    expect(await without.use(call('slots'), signal)).toEqual({ error: expect.stringMatching(/secret/) })
    expect(asked).toEqual([])
  })

  test('has its arguments checked, and takes no name of the platform', async () => {
    const { tools, use } = await open([tool('/slots'), tool('/slots', { name: 'opt_out' })])
    expect(tools.map(({ definition }) => definition.name)).toEqual(['opt_out', 'slots'])
    expect(tools[0]?.afterwards).toBe('opt_out')
    const slots = tools[1]
    expect(slots?.faultIn({})).toMatch(/day/)
    expect(slots?.faultIn({ day: 'Monday' })).toBeNull()
    expect(await use(call('other'), signal)).toHaveProperty('error')
  })
})

describe('an MCP server', () => {
  const server = (more: object = {}): ToolPlan => ({
    kind: 'mcp',
    url: `${site}/mcp`,
    headers: {},
    allowedTools: ['free_slots', 'book_slot'],
    secretRef: 'crm',
    ...more,
  })

  test('gives the tools that are allowed, which are called over Streamable HTTP', async () => {
    const { tools, use } = await open([server()])
    expect(tools.map(({ definition, hasEffects }) => [definition.name, hasEffects])).toEqual([
      ['opt_out', true],
      ['free_slots', false],
      ['book_slot', true],
    ])
    expect(tools[1]?.faultIn({ day: 3 })).toMatch(/day/)
    expect(await use(call('free_slots'), signal)).toEqual({ ok: true, result: 'Monday: nine and ten' })
    expect(await use(call('book_slot'), signal)).toEqual({ error: 'That slot is gone' })
    expect(await use(call('forbidden'), signal)).toHaveProperty('error')
    expect(asked.every(({ headers }) => headers.authorization === 'Bearer top-secret')).toBe(true)
  })

  test('that is away, or inside, leaves the call its other tools', async () => {
    const broken = await open([server({ url: `${site}/broken` }), tool('/slots')])
    expect(broken.tools.map(({ definition }) => definition.name)).toEqual(['opt_out', 'slots'])
    const inside = await open([server()], { allowCidrs: [] })
    expect(inside.tools).toHaveLength(1)
  })
})

describe('opt_out', () => {
  const listed = () =>
    opened.database.kysely
      .selectFrom('do_not_call')
      .select(['phone_number', 'source', 'call_id', 'reason'])
      .where('account_id', '=', plan.accountId)
      .execute()
  const statusOf = async (id: string) =>
    (
      await opened.database.kysely
        .selectFrom('calls')
        .select('status')
        .where('id', '=', id as CallPlan['callId'])
        .executeTakeFirstOrThrow()
    ).status

  test('lists the callee of an outbound call and cancels what waits for them', async () => {
    const waiting = await testCall(opened.database, plan.accountId)
    const { use } = await open([], { plan: { to: '+14155551234' } })
    expect(await use(call('opt_out', { reason: 'asked' }), signal)).toEqual({ ok: true })
    expect(await listed()).toEqual([
      { phone_number: '+14155551234', source: 'call', call_id: plan.callId, reason: 'asked' },
    ])
    expect(await statusOf(waiting)).toBe('cancelled')
  })

  test('lists the caller of an inbound call; a hidden number can not be', async () => {
    const inbound = { direction: 'inbound', to: '+18005551234', from: '+14155559876' } as const
    const { use } = await open([], { plan: inbound })
    await use(call('opt_out', {}), signal)
    expect((await listed()).map(({ phone_number }) => phone_number)).toContain('+14155559876')
    const hidden = await open([], { plan: { ...inbound, from: null } })
    expect(await hidden.use(call('opt_out', {}), signal)).toHaveProperty('error')
  })
})

test('knowledge is looked up when the call has some', async () => {
  const none = await open([])
  expect(none.tools.map(({ definition }) => definition.name)).not.toContain('search_knowledge')
  const ids = ['01900000-0000-7000-8000-00000000000f']
  const { tools, use } = await open([], { plan: { knowledgeBaseIds: ids } })
  expect(tools.map(({ definition }) => definition.name)).toContain('search_knowledge')
  expect(await use(call('search_knowledge', { query: 'dogs' }), signal)).toEqual({
    ok: true,
    result: { passages: [] },
  })
})
