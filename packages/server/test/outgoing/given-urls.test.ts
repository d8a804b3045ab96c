import { expect, test } from 'vitest'
import { sharedApi } from '../http-api.ts'
import { literals, urlOf } from './attacks.ts'

/** Where customers give URLs: what leads inside by itself is refused at once, and told where it stands. */

const api = sharedApi({ rateLimit: { requests: 1e6, seconds: 60 } })
const task = 'Confirm the appointment tomorrow.'
const call = { phone_number: '+14155551234', task }

const httpTool = (url: string) => ({
  name: 'slots',
  description: 'Free slots',
  parameters: { type: 'object' },
  url,
})
const mcp = (url: string) => ({ type: 'mcp', url })

interface Place {
  readonly method?: 'PATCH'
  readonly path: string
  readonly body: (url: string) => object
  /** Where the URL stands in the body. */
  readonly at: string
}

const places: Readonly<Record<string, () => Promise<Place> | Place>> = {
  'a call': () => ({ path: '/v1/calls', at: 'webhook_url', body: url => ({ ...call, webhook_url: url }) }),
  'a tool of a call': () => ({
    path: '/v1/calls',
    at: 'tools[0].url',
    body: url => ({ ...call, tools: [httpTool(url)] }),
  }),
  'an MCP server of a call': () => ({
    path: '/v1/calls',
    at: 'tools[0].url',
    body: url => ({ ...call, tools: [mcp(url)] }),
  }),
  'an agent': () => ({
    path: '/v1/agents',
    at: 'options.webhook_url',
    body: url => ({ name: 'Ann', options: { task, webhook_url: url } }),
  }),
  'a tool of an agent': () => ({
    path: '/v1/agents',
    at: 'options.tools[0].url',
    body: url => ({ name: 'Ann', options: { task, tools: [mcp(url)] } }),
  }),
  'a number that is answered': () => ({
    path: '/v1/phone-numbers',
    at: 'inbound_agent.webhook_url',
    body: url => ({ number: '+14155550199', inbound_agent: { task, webhook_url: url } }),
  }),
  'a campaign': () => ({
    path: '/v1/campaigns',
    at: 'webhook_url',
    body: url => ({ name: 'Check-ups', task, lead_list_id: anyId, webhook_url: url }),
  }),
  'a tool of a campaign': () => ({
    path: '/v1/campaigns',
    at: 'tools[0].url',
    body: url => ({ name: 'Check-ups', task, lead_list_id: anyId, tools: [httpTool(url)] }),
  }),
  'a subscription': () => ({ path: '/v1/webhooks', at: 'url', body: url => ({ event: 'call.failed', url }) }),
  'a changed subscription': async () => {
    const body = { event: 'call.failed', url: 'https://hooks.example/' }
    const { id } = (await api().send('POST', '/v1/webhooks', { body })).body
    return { method: 'PATCH', path: `/v1/webhooks/${id}`, at: 'url', body: url => ({ url }) }
  },
  'a page for knowledge': () => ({
    path: '/v1/knowledge',
    at: 'url',
    body: url => ({ type: 'web', name: 'Prices', url }),
  }),
  'another page for knowledge': async () => {
    const body = { type: 'web', name: 'Prices', url: 'https://shop.example/' }
    const { id } = (await api().send('POST', '/v1/knowledge', { body })).body
    return { method: 'PATCH', path: `/v1/knowledge/${id}`, at: 'url', body: url => ({ url }) }
  },
}

const anyId = '01a22717-b44e-7889-8e4f-004a964cf3f6'

test.each(Object.entries(places))(
  `%s takes none of ${literals.length} URLs that lead inside`,
  async (_, of) => {
    const { method = 'POST', path, body, at } = await of()
    for (const template of [...literals, 'http://localhost:PORT/', 'http://hooks.example:25/']) {
      const answer = await api().send(method, path, { body: body(urlOf(template, 9_999)) })
      expect(answer.status, template).toBe(400)
      const paths = answer.body.errors.map((fault: { path: string }) => fault.path)
      expect(paths, template).toEqual([at])
    }
    const { body: answer } = await api().send(method, path, { body: body('https://hooks.example/in') })
    const named = (answer.errors ?? []).map((fault: { path: string }) => fault.path)
    expect(named).not.toContain(at)
  },
)
