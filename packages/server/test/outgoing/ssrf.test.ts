import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import pino from 'pino'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { httpTool, type HttpToolContext } from '../../src/dialer/tools/http-tool.ts'
import { openMcpServer } from '../../src/dialer/tools/mcp-tools.ts'
import type { AccountId, CallId } from '../../src/domain/ids.ts'
import { newId } from '../../src/domain/new-id.ts'
import { fetchPage } from '../../src/knowledge/fetch-page.ts'
import { createOutgoing, type Outgoing } from '../../src/outgoing/outgoing.ts'
import { deliver } from '../../src/webhooks/deliver.ts'
import { type TestDatabase, testDatabase } from '../postgres.ts'
import { attacks, urlOf, zone } from './attacks.ts'

/** Everything that asks a URL of a customer's, against a canary that listens on this machine. */

const get = { method: 'GET', headers: {} } as const
const soon = () => AbortSignal.timeout(5_000)
/** The one address besides the public internet that is open: it answers with redirects. */
const frontHost = '127.0.0.2'

let opened: TestDatabase
let port = 0
let frontPort = 0
/** At the canary. */
let arrivals = 0
/** Those at an address that is not open. */
let visits = 0
const servers: Server[] = []

async function listen(host: string, listener: RequestListener): Promise<number> {
  const server = createServer(listener)
  servers.push(server)
  await new Promise<void>(done => server.listen(0, host, done))
  return (server.address() as AddressInfo).port
}

beforeAll(async () => {
  opened = await testDatabase()
  port = await listen('::', ({ socket }, response) => {
    arrivals += 1
    // It listens on all addresses of this machine, of which one is open in some tests.
    if (!socket.localAddress?.endsWith(frontHost)) visits += 1
    response.setHeader('content-type', 'text/plain')
    response.end('you should not be here')
  })
  frontPort = await listen(frontHost, ({ url }, response) => {
    const location = urlOf(attacks[Number(url?.slice(1))] ?? '', port)
    response.writeHead(302, { location: encodeURI(location).replaceAll('%25', '%') }).end()
  })
})
afterAll(async () => {
  for (const server of servers) {
    server.closeAllConnections()
    server.close()
  }
  await opened[Symbol.asyncDispose]()
})

const resolve = (name: string) => Promise.resolve(zone[name] ?? [])

interface EntryPoint {
  readonly name: string
  /** Whatever comes of it: the canary tells whether it was asked. */
  readonly ask: (outgoing: Outgoing, url: string) => Promise<unknown>
}

const context = (outgoing: Outgoing): HttpToolContext => ({
  outgoing,
  callId: newId<CallId>(),
  metadata: async () => null,
  signingSecrets: async () => [`whsec_${Buffer.alloc(24, 7).toString('base64')}`],
  secretNamed: async () => null,
  clock: Date.now,
})
const shared = (url: string) => ({ url, headers: {}, secretRef: null })

const entryPoints: readonly EntryPoint[] = [
  { name: 'a message to a webhook_url or a subscription', ask: sendWebhook },
  {
    name: 'a tool',
    ask: (outgoing, url) => {
      const plan = { kind: 'http', name: 'x', description: 'x', parameters: {}, method: 'POST' } as const
      const tool = httpTool(
        { ...plan, ...shared(url), timeoutMs: 2_000, speakWhileWaiting: null },
        context(outgoing),
      )
      return tool.call({ toolCallId: 'x', name: 'x', arguments: {} }, soon())
    },
  },
  {
    name: 'an MCP server',
    ask: (outgoing, url) =>
      openMcpServer(
        { kind: 'mcp', ...shared(url), allowedTools: null },
        { outgoing, secretNamed: async () => null },
        soon(),
      ),
  },
  { name: 'a page for knowledge', ask: (outgoing, url) => fetchPage(outgoing, url, soon()) },
]

async function sendWebhook(outgoing: Outgoing, url: string): Promise<void> {
  const message = {
    id: newId(),
    account_id: newId<AccountId>(),
    call_id: null,
    event: 'webhook.test',
    url,
    body: '{}',
    tries: 0,
    created_at: new Date(),
    subscription_id: null,
    event_id: null,
    details: null,
    sequence: null,
    host: 'x',
  }
  const deps = {
    database: opened.database,
    outgoing,
    callObject: async () => null,
    secretsOf: async () => [`whsec_${Buffer.alloc(24, 7).toString('base64')}`],
    log: pino({ level: 'silent' }),
    clock: Date.now,
  }
  await deliver(message, deps, soon())
}

/** How often the canary was asked meanwhile. */
async function visitsOf(work: () => Promise<unknown>): Promise<number> {
  const before = visits
  await work().catch(() => undefined)
  return visits - before
}

describe.each(entryPoints)('$name', ({ ask }) => {
  test('reaches the canary where that is allowed', async () => {
    await using outgoing = createOutgoing({ allowCidrs: ['127.0.0.0/8'], resolve })
    for (const url of ['http://127.0.0.1:PORT/', 'http://loopback.test:PORT/'])
      expect(await visitsOf(() => ask(outgoing, urlOf(url, port)))).toBeGreaterThan(0)
  })

  test(`reaches it by none of ${attacks.length} URLs`, async () => {
    await using outgoing = createOutgoing({ allowCidrs: [], resolve })
    for (const url of attacks) expect(await visitsOf(() => ask(outgoing, urlOf(url, port))), url).toBe(0)
  })

  test(`reaches it by no redirect to any of ${attacks.length} URLs`, async () => {
    await using outgoing = createOutgoing({ allowCidrs: [`${frontHost}/32`], resolve })
    for (const [n, url] of attacks.entries())
      expect(await visitsOf(() => ask(outgoing, `http://${frontHost}:${frontPort}/${n}`)), url).toBe(0)
  })

  test('reaches it by no name that leads elsewhere the second time (DNS rebinding)', async () => {
    const looked: string[] = []
    const rebind = async (name: string) => {
      looked.push(name)
      return looked.length % 2 === 1 ? [frontHost] : ['127.0.0.1']
    }
    await using outgoing = createOutgoing({ allowCidrs: [`${frontHost}/32`], resolve: rebind })
    for (let n = 0; n < 4; n += 1)
      expect(await visitsOf(() => ask(outgoing, `http://rebind-${n}.test:${port}/`))).toBe(0)
    expect(looked.length).toBeGreaterThanOrEqual(4)
  })
})

test('of these URLs, those that lead to this machine reach the canary where all is allowed', async () => {
  await using outgoing = createOutgoing({ allowCidrs: ['0.0.0.0/0', '::/0'], resolve })
  const leading = attacks.filter(url => leadsHere(urlOf(url, port)))
  expect(leading.length).toBeGreaterThanOrEqual(40)
  for (const url of leading) {
    const asked = async () => {
      await using answer = await outgoing.request(urlOf(url, port), get, soon())
      return answer.status
    }
    const before = arrivals
    expect(await asked(), url).toBe(200)
    expect(arrivals - before, url).toBe(1)
  }
})

/** By this machine's own interfaces alone: of the others nobody may be asked even here. */
function leadsHere(text: string): boolean {
  if (!URL.canParse(text)) return false
  const { protocol, hostname, username, port: at } = new URL(text)
  if (protocol !== 'http:' || username !== '' || at !== String(port)) return false
  const host = hostname.replace(/^\[|\]$/g, '')
  const [first = host] = zone[host] ?? []
  return /^(127\.\d+\.\d+\.\d+|0\.0\.0\.0|::1?|::ffff:(127\.0\.0\.1|7f00:1))$/.test(first)
}
