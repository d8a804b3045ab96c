import { beforeEach, expect, test } from 'vitest'
import type { RegistrationState, UserAgentOptions } from '../src/sip/user-agent.ts'
import { until } from './loopback.ts'
import type { ScriptedPeer } from './scripted-peer.ts'
import { failureOf, never, orderTo, testAgents } from './test-agents.ts'

const agents = testAgents()
let registrar: ScriptedPeer
let states: RegistrationState[]

beforeEach(async () => {
  registrar = await agents.peer()
  states = []
})

const open = async (options: Partial<UserAgentOptions> = {}, more = {}) => {
  const agent = await agents.agent(options)
  const registration = agent.register({
    registrar: `sip:127.0.0.1:${registrar.port}`,
    username: '+1555',
    password: 'secret',
    onState: state => states.push(state),
    ...more,
  })
  return { agent, registration }
}
const challenge = 'Digest realm="r", nonce="n", algorithm=SHA-256, qop="auth"'
const grant = (request: Parameters<ScriptedPeer['reply']>[0], expires: number): void =>
  registrar.reply(request, {
    status: 200,
    headers: [['Contact', `${request.headers.get('Contact')};expires=${expires}`]],
  })

test('registers with credentials, refreshes in one round trip, and takes its leave', async () => {
  const { agent, registration } = await open()
  const bare = await registrar.request('REGISTER')
  expect(bare.headers.get('To')).toBe('<sip:+1555@127.0.0.1>')
  expect(bare.headers.get('Contact')).toBe(`<sip:+1555@127.0.0.1:${agent.port}>`)
  registrar.reply(bare, { status: 401, headers: [['WWW-Authenticate', challenge]] })
  const authorised = await registrar.request('REGISTER')
  expect(authorised.headers.get('Authorization')).toMatch(/username="\+1555".*nc=00000001/)
  grant(authorised, 300)
  await until(() => states.length === 1, 'it is registered')
  expect(states[0]).toEqual({
    status: 'registered',
    contact: `sip:+1555@127.0.0.1:${agent.port}`,
    expiresSeconds: 300,
  })
  registration.refresh()
  const refreshed = await registrar.request('REGISTER')
  expect(refreshed.headers.get('Authorization')).toMatch(/nc=00000002/)
  expect(refreshed.envelope).toMatchObject({ callId: bare.envelope.callId, sequence: 3 })
  grant(refreshed, 300)
  await until(() => states.length === 2, 'it is registered again')
  const leaving = registration[Symbol.asyncDispose]()
  const last = await registrar.request('REGISTER')
  expect(last.headers.get('Expires')).toBe('0')
  grant(last, 0)
  await leaving
  expect(states.at(-1)).toEqual({ status: 'unregistered' })
})

test('423 makes it ask for longer', async () => {
  await open({}, { expiresSeconds: 60 })
  const short = await registrar.request('REGISTER')
  expect(short.headers.get('Expires')).toBe('60')
  registrar.reply(short, { status: 423, headers: [['Min-Expires', '1800']] })
  const long = await registrar.request('REGISTER')
  expect(long.headers.get('Expires')).toBe('1800')
})

test('behind a NAT it registers the address that the registrar sees, and takes the other back', async () => {
  const { agent } = await open()
  const seen = async (): Promise<string[]> => {
    const request = await registrar.request('REGISTER')
    const via = `${request.headers.get('Via')}`.replace('rport', 'rport=4001;received=198.51.100.9')
    registrar.reply({ ...request, headers: request.headers.copy().set('Via', via) }, { status: 200 })
    return request.headers.all('Contact')
  }
  expect(await seen()).toEqual([`<sip:+1555@127.0.0.1:${agent.port}>`])
  expect(await seen()).toEqual([
    '<sip:+1555@198.51.100.9:4001>',
    `<sip:+1555@127.0.0.1:${agent.port}>;expires=0`,
  ])
  await until(() => states.length === 1, 'it is registered')
  expect(states[0]).toMatchObject({ contact: 'sip:+1555@198.51.100.9:4001', expiresSeconds: 600 })
})

test('refusals are told, with when it tries again', async () => {
  const { registration } = await open({ random: () => 1 })
  const first = await registrar.request('REGISTER')
  registrar.reply(first, { status: 503, headers: [['Retry-After', '7 (busy)']] })
  await until(() => states.length === 1, 'the failure is told')
  expect(states[0]).toMatchObject({ status: 'failed', code: 503, failures: 1, retryInMs: 7_000 })
  registration.refresh()
  registrar.reply(await registrar.request('REGISTER'), { status: 403 })
  await until(() => states.length === 2, 'the second failure is told')
  expect(states[1]).toMatchObject({ status: 'failed', code: 403, failures: 2, retryInMs: 2_000 })
})

test('a wrong password is challenged once more and then given up for now', async () => {
  await open()
  const reply = async (): Promise<void> =>
    registrar.reply(await registrar.request('REGISTER'), {
      status: 401,
      headers: [['WWW-Authenticate', challenge.replace('"n"', `"n${states.length}"`)]],
    })
  await reply()
  await reply()
  await until(() => states.length === 1, 'the failure is told')
  expect(states[0]).toMatchObject({ status: 'failed', code: 401 })
})

test('the next server is asked when the first one is out of order; an outbound proxy gets a Route', async () => {
  const resolver = {
    naptr: () => Promise.resolve([]),
    srv: (name: string) =>
      Promise.resolve(
        name === '_sip._udp.proxy.test'
          ? [
              { name: 'dead.test', port: registrar.port, priority: 1, weight: 0 },
              { name: 'live.test', port: registrar.port, priority: 2, weight: 0 },
            ]
          : [],
      ),
    addresses: (name: string) => Promise.resolve([name === 'live.test' ? '127.0.0.1' : '127.9.9.9']),
  }
  const { agent } = await open(
    { resolver },
    { registrar: 'sip:account.test', outboundProxy: 'sip:proxy.test' },
  )
  const request = await registrar.request('REGISTER')
  expect(request.uri).toBe('sip:account.test')
  expect(request.headers.get('Route')).toBe('<sip:proxy.test;lr>')
  grant(request, 300)
  await until(() => states.length === 1, 'it is registered')
  const failed = failureOf(
    agent.invite(orderTo(0, { to: 'sip:bob@far.test', outboundProxy: 'sip:proxy.test' }), never),
  )
  const invite = await registrar.request('INVITE')
  expect(invite.uri).toBe('sip:bob@far.test')
  expect(invite.headers.get('Route')).toBe('<sip:proxy.test;lr>')
  registrar.reply(invite, { status: 404 })
  expect(await failed).toMatchObject({ status: 404 })
})

test('a successor takes back what a dead process had bound, once', async () => {
  const former = 'sip:token@127.0.0.1:9'
  const { agent, registration } = await open({}, { contactUser: 'line7', formerContact: former })
  const first = await registrar.request('REGISTER')
  expect(first.headers.all('Contact')).toEqual([
    `<sip:line7@127.0.0.1:${agent.port}>`,
    `<${former}>;expires=0`,
  ])
  registrar.reply(first, { status: 200 })
  await until(() => states.length === 1, 'it is registered')
  registration.refresh()
  expect((await registrar.request('REGISTER')).headers.all('Contact')).toHaveLength(1)
})

test('only challenges of the realm that was given are answered', async () => {
  await open({}, { realm: 'elsewhere' })
  const bare = await registrar.request('REGISTER')
  registrar.reply(bare, { status: 401, headers: [['WWW-Authenticate', challenge]] })
  await until(() => states.length === 1, 'the failure is told')
  expect(states[0]).toMatchObject({ status: 'failed', code: 401 })
  expect(registrar.received.some(one => one.headers.get('Authorization') !== undefined)).toBe(false)
})

test('a registrar can be asked about an account without changing anything', async () => {
  const agent = await agents.agent()
  const account = { registrar: `sip:127.0.0.1:${registrar.port}`, username: '+1555', password: 'secret' }
  const asking = agent.askRegistrar(account, never)
  registrar.reply(await registrar.request('REGISTER'), {
    status: 401,
    headers: [['WWW-Authenticate', challenge]],
  })
  const proven = await registrar.request('REGISTER')
  expect(proven.headers.get('Contact')).toBeUndefined()
  expect(proven.headers.get('Authorization')).toContain('username="+1555"')
  registrar.reply(proven, { status: 200, headers: [['Contact', '<sip:+1555@192.0.2.1>;expires=60']] })
  expect(await asking).toMatchObject({ status: 200 })
})

test('whatever leaves the agent passes its proxy first', async () => {
  const proxy = await agents.peer()
  const { agent } = await open({ outboundProxy: `sip:127.0.0.1:${proxy.port}` })
  const route = `<sip:127.0.0.1:${proxy.port};lr>`
  const failing = failureOf(agent.invite(orderTo(0, { to: 'sip:bob@far.test' }), never))
  const asking = agent.ping('sip:far.test', never)
  for (const method of ['REGISTER', 'INVITE', 'OPTIONS']) {
    const index = () => proxy.received.findIndex(one => one.kind === 'request' && one.method === method)
    await until(() => index() >= 0, `${method} came to the proxy`)
    const request = proxy.received[index()]
    if (request?.kind !== 'request') throw new Error('no request')
    expect(request.headers.get('Route')).toBe(route)
    proxy.reply(request, { status: method === 'INVITE' ? 486 : 200 })
  }
  expect(await failing).toMatchObject({ status: 486 })
  expect(await asking).toMatchObject({ status: 200 })
})
