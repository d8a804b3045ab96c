import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { ScriptedPeer } from '@parley/wire/test/scripted-peer'
import pino from 'pino'
import { expect, onTestFinished, test, vi } from 'vitest'
import { ConfigError, readConfig } from '../src/config/config.ts'
import { openSipLine, type SipLine } from '../src/config/sip-line.ts'
import { createSealing } from '../src/store/sealing.ts'
import { sharedApi } from './http-api.ts'

/** The settings of the line, as neighbours notice them. */
const api = sharedApi()
const soon = () => AbortSignal.timeout(5_000)

async function openLine(settings: Record<string, string>): Promise<SipLine> {
  const line = await openSipLine(readConfig({ PARLEY_SIP_PORT: '0', ...settings }), {
    database: api().database,
    sealing: createSealing(Buffer.alloc(32, 5)),
    log: pino({ level: 'silent' }),
    reception: { open: call => call.reject(404) },
    acceptsCalls: () => true,
  })
  onTestFinished(() => line[Symbol.asyncDispose]())
  return line
}

/** Says to everybody that they come from 198.51.100.9:40000 (RFC 5389 section 15.1). */
async function openStunServer(): Promise<number> {
  const socket = createSocket('udp4')
  onTestFinished(() => void socket.close())
  socket.on('message', (request, from) => {
    const answer = Buffer.concat([request, Buffer.from('00010008' + '00019c40' + 'c6336409', 'hex')])
    answer.writeUInt16BE(0x0101, 0)
    answer.writeUInt16BE(12, 2)
    socket.send(answer, from.port, from.address)
  })
  socket.bind(0, '127.0.0.1')
  await once(socket, 'listening')
  return socket.address().port
}

async function openPeer(): Promise<ScriptedPeer> {
  const peer = await ScriptedPeer.open()
  onTestFinished(() => peer[Symbol.asyncDispose]())
  return peer
}

/** How many of these packets were taken in, by what came back. */
async function answersTo(line: SipLine, packets: number): Promise<() => number> {
  const socket = createSocket('udp4')
  onTestFinished(() => void socket.close())
  let answers = 0
  socket.on('message', () => (answers += 1))
  socket.bind(0, '127.0.0.5')
  await once(socket, 'listening')
  const { port } = socket.address()
  for (let index = 0; index < packets; index += 1) {
    const request = `OPTIONS sip:127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.5:${port};branch=z9hG4bK${index}\r\nFrom: <sip:a@b>;tag=1\r\nTo: <sip:a@b>\r\nCall-ID: ${index}\r\nCSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n`
    socket.send(request, line.userAgent.port, '127.0.0.1')
    if (index % 20 === 0) await new Promise(resolve => setImmediate(resolve))
  }
  return () => answers
}

test('the address that a STUN server sees stands in SIP and in SDP', async () => {
  const port = await openStunServer()
  const line = await openLine({ PARLEY_SIP_STUN_SERVER: `127.0.0.1:${port}` })
  expect(line.mediaHost).toBe('198.51.100.9')
  const peer = await openPeer()
  const asking = line.userAgent.ping(`sip:127.0.0.1:${peer.port}`, soon())
  const request = await peer.request('OPTIONS')
  expect(request.headers.get('Contact')).toBe('<sip:198.51.100.9:40000>')
  peer.reply(request, { status: 200 })
  await asking
})

test('a STUN server that says nothing stops the start: a wrong address would make one-way calls', async () => {
  const { port } = await openPeer()
  await expect(openLine({ PARLEY_SIP_STUN_SERVER: `127.0.0.1:${port}` })).rejects.toThrow('STUN')
})

test('with an outbound proxy requests go there, with a Route, and its calls are the settings’ trunk’s', async () => {
  const proxy = await openPeer()
  const line = await openLine({ PARLEY_SIP_OUTBOUND_PROXY: `sip:127.0.0.1:${proxy.port}` })
  const asking = line.userAgent.ping('sip:trunk.example.com', soon())
  const request = await proxy.request('OPTIONS')
  expect([request.uri, request.headers.get('Route')]).toEqual([
    'sip:trunk.example.com',
    `<sip:127.0.0.1:${proxy.port};lr>`,
  ])
  proxy.reply(request, { status: 200 })
  await asking
  expect(line.screen.knows('127.0.0.1')).toBe(true)
})

test('strangers are not read beyond their rate', async () => {
  const line = await openLine({ PARLEY_SIP_PACKETS_PER_SECOND: '5' })
  const answers = await answersTo(line, 400)
  await vi.waitFor(() => expect(line.userAgent.droppedPackets).toBeGreaterThan(300), { timeout: 5_000 })
  expect(answers()).toBeLessThanOrEqual(60)
})

test('with a list only carriers and networks on it are heard', async () => {
  const line = await openLine({ PARLEY_SIP_ALLOW: 'carriers' })
  const deaf = await answersTo(line, 50)
  await vi.waitFor(() => expect(line.userAgent.droppedPackets).toBe(50), { timeout: 5_000 })
  expect(deaf()).toBe(0)
  const body = { carrier_name: 'At .5', sip_gateway: { ipv4: '127.0.0.5', inbound: true } }
  expect((await api().send('POST', '/v1/phone-numbers/carriers', { body })).status).toBe(201)
  await vi.waitFor(() => expect(line.screen.knows('127.0.0.5')).toBe(true), { timeout: 8_000 })
  const heard = await answersTo(line, 10)
  await vi.waitFor(() => expect(heard()).toBe(10), { timeout: 5_000 })
})

test.each([
  [{ PARLEY_SIP_ALLOW: 'everybody' }, 'PARLEY_SIP_ALLOW'],
  [{ PARLEY_SIP_STUN_SERVER: 'stun:3478:1' }, 'PARLEY_SIP_STUN_SERVER'],
  [
    { PARLEY_SIP_STUN_SERVER: 'stun.example.com', PARLEY_SIP_ADVERTISED_HOST: '192.0.2.1' },
    'PARLEY_SIP_STUN_SERVER',
  ],
  [{ PARLEY_SIP_OUTBOUND_PROXY: 'proxy' }, 'PARLEY_SIP_OUTBOUND_PROXY'],
])('%o can not be used', (settings, name) => {
  expect(() => readConfig(settings)).toThrow(ConfigError)
  expect(() => readConfig(settings)).toThrow(name)
})
