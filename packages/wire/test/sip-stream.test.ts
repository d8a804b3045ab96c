import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { createServer, type Server } from 'node:net'
import { describe, expect, test } from 'vitest'
import { standardTimings } from '../src/sip/transaction/timings.ts'
import { openTcpTransport } from '../src/sip/stream/tcp-transport.ts'
import type { TraceLine, UserAgentOptions } from '../src/sip/user-agent.ts'
import { makeCertificate } from './certificates.ts'
import { until } from './loopback.ts'
import { program } from './program.ts'
import { Sipp } from './sipp-program.ts'
import { StreamPeer } from './stream-peer.ts'
import { answer, endOf, failureOf, never, offer, orderTo, testAgents } from './test-agents.ts'

const openssl = program('openssl')
const sippPath = program('sipp')

const agents = testAgents()

const overTcp = (port: number | undefined): string => `sip:bob@127.0.0.1:${port};transport=tcp`
const tcp: Partial<UserAgentOptions> = { tcp: { port: 0 } }

/** A port that no outgoing connection takes meanwhile: below what Linux hands out (32768), free for UDP and TCP. */
async function portBelowEphemeral(): Promise<number> {
  for (let tries = 0; tries < 50; tries++) {
    const port = 20_000 + Math.floor(Math.random() * 12_000)
    const server = createServer()
    const free = await isListening(server, port)
    if (free) return port
  }
  throw new Error('no free port below the ephemeral ones')
}

/** Whether the server could listen there; closed again either way. */
async function isListening(server: Server, port: number): Promise<boolean> {
  try {
    await once(server.listen(port, '127.0.0.1'), 'listening')
    return true
  } catch {
    return false
  } finally {
    server.close()
  }
}

/** Remembers what crossed the wire. */
function watch(): { lines: TraceLine[]; onTrace: (line: TraceLine) => void } {
  const lines: TraceLine[] = []
  return { lines, onTrace: line => lines.push(line) }
}

describe('calls over TCP', () => {
  test('one connection carries the call both ways, and nothing is repeated', async () => {
    const { lines, onTrace } = watch()
    // A 2xx is repeated over TCP too, when its ACK takes longer than T1 (RFC 3261 §13.3.1.4).
    const { agent: bob, accepted } = await agents.callee({ ...tcp, timings: standardTimings, onTrace })
    const alice = await agents.agent(tcp)
    const call = await alice.invite(orderTo(0, { to: overTcp(bob.ports.tcp) }), never)
    const theirs = await accepted
    expect(call.remoteSdp).toBe(answer)
    expect(call.dialog).toMatchObject({ transport: 'tcp', flow: { protocol: 'tcp', port: bob.ports.tcp } })
    expect(call.dialog.remoteTarget).toBe(`sip:127.0.0.1:${bob.ports.tcp};transport=tcp`)
    await theirs.bye(never)
    expect(await endOf(call)).toMatchObject({ by: 'remote' })
    expect(new Set(lines.map(line => line.remote.port)).size).toBe(1)
    expect(lines.map(line => line.text.split(' ')[line.text.startsWith('SIP') ? 1 : 0])).toEqual([
      'INVITE',
      '100',
      '180',
      '200',
      'ACK',
      'BYE',
      '200',
    ])
  })

  test('another process hangs up by the record, over a connection of its own', async () => {
    const { agent: bob, accepted } = await agents.callee(tcp)
    const alice = await agents.agent(tcp)
    const call = await alice.invite(orderTo(0, { to: overTcp(bob.ports.tcp) }), never)
    const other = await agents.agent(tcp)
    await other.endDialog(JSON.parse(JSON.stringify(call.dialog)), never)
    expect(await endOf(await accepted)).toMatchObject({ by: 'remote' })
  })

  test('a large INVITE prefers TCP, and falls back to UDP where nobody listens', async () => {
    const { agent: bob } = await agents.callee({ port: await portBelowEphemeral() })
    const { lines, onTrace } = watch()
    const alice = await agents.agent({ ...tcp, onTrace })
    const big = `${offer}a=${'x'.repeat(1_300)}\r\n`
    const fallen = await alice.invite(orderTo(bob.port, { sdp: big }), never)
    expect(fallen.dialog.transport).toBe('udp')
    expect(
      lines
        .filter(line => line.text.startsWith('INVITE'))
        .map(line => /SIP\/2.0\/(\w+)/.exec(line.text)?.[1]),
    ).toEqual(['TCP', 'UDP'])
    await agents.callee({ tcp: { port: bob.port } })
    const call = await alice.invite(orderTo(bob.port, { sdp: big }), never)
    expect(call.dialog.transport).toBe('tcp')
  })

  test('a server that hangs up on an unanswered request has failed it at once', async () => {
    const server = createServer(socket => socket.once('data', () => socket.destroy())).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const address = server.address()
    const port = typeof address === 'object' ? address?.port : 0
    const alice = await agents.agent({ ...tcp, timings: standardTimings })
    expect(await failureOf(alice.invite(orderTo(0, { to: overTcp(port) }), never))).toMatchObject({
      kind: 'transport',
    })
    server.close()
  })

  test('no transport for what the URI asks: refused, nothing sent', async () => {
    const alice = await agents.agent()
    const failure = await failureOf(alice.invite(orderTo(0, { to: 'sips:bob@127.0.0.1' }), never))
    expect(failure).toMatchObject({ kind: 'transport' })
  })
})

describe('a stranger on a TCP connection', () => {
  const options = (more = ''): string =>
    `OPTIONS sip:x SIP/2.0\r\nVia: SIP/2.0/TCP 192.0.2.1;branch=z9hG4bK${more}1\r\nFrom: <sip:a@b>;tag=1\r\nTo: <sip:x>\r\n` +
    `Call-ID: ${more}1\r\nCSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n`

  test('is answered on it whatever its Via says, and gets its pong', async () => {
    const bob = await agents.agent(tcp)
    using peer = await StreamPeer.connect(bob.ports.tcp ?? 0)
    peer.say(options('a') + options('b').slice(0, 40))
    await peer.heard(/^SIP\/2.0 200 OK/)
    peer.say(options('b').slice(40))
    await peer.heard(/Call-ID: b1/)
    peer.say('\r\n\r\n')
    await peer.heard(/\r\n\r\n\r\n$/)
  })

  test('is told of a length that cannot be read, then cut off', async () => {
    const bob = await agents.agent(tcp)
    using peer = await StreamPeer.connect(bob.ports.tcp ?? 0)
    peer.say(options().replace('Content-Length: 0', 'Content-Length: much'))
    await peer.heard(/^SIP\/2.0 400 /)
    await peer.closed
  })

  test('who is reached only over its own connection is hung up over it', async () => {
    const { agent, accepted } = await agents.callee(tcp)
    using peer = await StreamPeer.connect(agent.ports.tcp ?? 0)
    const invite = options()
      .replaceAll('OPTIONS', 'INVITE')
      .replace(
        'Content-Length: 0\r\n\r\n',
        `Contact: <sip:a@10.1.2.3;transport=tcp>\r\nContent-Length: ${offer.length}\r\n\r\n${offer}`,
      )
    peer.say(invite)
    const to = /^To: (.*;tag=.*)$/m.exec(await peer.heard(/SIP\/2.0 200 [^]*answer/))?.[1] ?? ''
    peer.say(
      options('ack')
        .replaceAll('OPTIONS', 'ACK')
        .replace('Call-ID: ack1', 'Call-ID: 1')
        .replace(/To: .*/, `To: ${to}`),
    )
    const over = (await accepted).bye(never)
    await peer.heard(/BYE sip:a@10.1.2.3;transport=tcp SIP/)
    const bye = /BYE [^]*$/.exec(await peer.heard(/BYE [^]*Content-Length: 0/))?.[0] ?? ''
    const mirrored = bye.split('\r\n').filter(line => /^(Via|From|To|Call-ID|CSeq):/.test(line))
    peer.say(`SIP/2.0 200 OK\r\n${mirrored.join('\r\n')}\r\nContent-Length: 0\r\n\r\n`)
    await over
  })

  test('may not leave a message half-sent, nor stay silent from the start', async () => {
    const heard: string[] = []
    const transport = await openTcpTransport({ partDeadlineMs: 100, pingEveryMs: 60_000 })(
      { host: '127.0.0.1', port: 0 },
      { message: bytes => heard.push(bytes.toString()), failed: error => expect.fail(String(error)) },
    )
    using silent = await StreamPeer.connect(transport.port)
    using half = await StreamPeer.connect(transport.port)
    using honest = await StreamPeer.connect(transport.port)
    half.say(options().slice(0, 50))
    honest.say(options())
    await Promise.all([silent.closed, half.closed])
    honest.say(options())
    await until(() => heard.length === 2, 'the honest one is heard twice')
    await transport.close()
    await honest.closed
  })

  test('we keep our own connections alive', async () => {
    const receiver = { message: () => undefined, failed: () => undefined }
    const open = openTcpTransport({ partDeadlineMs: 1_000, pingEveryMs: 20 })
    const transport = await open({ host: '127.0.0.1', port: 0 }, receiver)
    let pings = ''
    const server = createServer(socket => socket.on('data', bytes => (pings += bytes.toString()))).listen(
      0,
      '127.0.0.1',
    )
    await once(server, 'listening')
    const address = server.address()
    const port = typeof address === 'object' ? (address?.port ?? 0) : 0
    await transport.send(Buffer.from('x'), { protocol: 'tcp', host: '127.0.0.1', port })
    await until(() => pings.startsWith('x\r\n\r\n\r\n\r\n'), 'two pings came')
    await transport.close()
    server.close()
  })
})

describe.skipIf(sippPath === undefined)('SIPp over TCP', () => {
  const start = (...args: string[]): Promise<Sipp> =>
    Sipp.start({ path: sippPath ?? '', args, transport: 'tcp' })

  test('answers our calls on one connection', async () => {
    await using sipp = await start('-sn', 'uas', '-m', '10')
    expect(await sipp.listening()).toBe(true)
    const alice = await agents.agent({ ...tcp, timings: standardTimings })
    for (let count = 0; count < 10; count += 1) {
      const call = await alice.invite(orderTo(0, { to: overTcp(sipp.port) }), never)
      await call.bye(never)
    }
    expect(await sipp.exit, sipp.output).toBe(0)
  })

  test('calls us ten times', async () => {
    const { agent: bob } = await agents.callee({ ...tcp, timings: standardTimings })
    const target = `127.0.0.1:${bob.ports.tcp}`
    await using sipp = await start('-sn', 'uac', '-m', '10', '-r', '50', target)
    expect(await sipp.exit, sipp.output).toBe(0)
  })
})

describe.skipIf(openssl === undefined)('calls over TLS', () => {
  const server = openssl === undefined ? undefined : makeCertificate(openssl, 'DNS:carrier.test,IP:127.0.0.1')
  const stranger = openssl === undefined ? undefined : makeCertificate(openssl, 'DNS:carrier.test')
  const tls = { port: 0, key: '', cert: '', ca: '', ...server }
  const resolver = {
    naptr: () => Promise.resolve([]),
    srv: () => Promise.resolve([]),
    addresses: () => Promise.resolve(['127.0.0.1']),
  }
  const overTls = (host: string, port: number | undefined): string => `sip:bob@${host}:${port};transport=tls`

  test.each(['carrier.test', '127.0.0.1'])('to %s, whose certificate shows that name', async host => {
    const { agent: bob, accepted } = await agents.callee({ tls })
    const alice = await agents.agent({ tls, resolver })
    const call = await alice.invite(orderTo(0, { to: overTls(host, bob.ports.tls) }), never)
    expect(call.dialog.transport).toBe('tls')
    const theirs = await accepted
    await (host === 'carrier.test' ? call : theirs).bye(never)
    expect(await endOf(host === 'carrier.test' ? theirs : call)).toMatchObject({ by: 'remote' })
  })

  test('without a certificate of our own, where the other side asks for none', async () => {
    const { agent: bob, accepted } = await agents.callee({ tls })
    const alice = await agents.agent({ tls: { port: 0, ca: tls.ca }, resolver })
    const call = await alice.invite(orderTo(0, { to: overTls('carrier.test', bob.ports.tls) }), never)
    // It cannot connect to us: its BYE takes the connection that is there.
    await (await accepted).bye(never)
    expect(await endOf(call)).toMatchObject({ by: 'remote' })
  })

  test('a sips: call says so in its Contact', async () => {
    const { agent: bob } = await agents.callee({ tls })
    const alice = await agents.agent({ tls })
    const call = await alice.invite(orderTo(0, { to: `sips:bob@127.0.0.1:${bob.ports.tls}` }), never)
    expect(call.dialog.remoteTarget).toBe(`sips:127.0.0.1:${bob.ports.tls}`)
    await call.bye(never)
  })

  test.each([
    ['another name', 'other.test', { ...tls }],
    ['an unknown authority', 'carrier.test', { ...tls, ca: stranger?.ca ?? '' }],
  ])('not to a server with %s', async (_, host, ours) => {
    const { agent: bob } = await agents.callee({ tls })
    const alice = await agents.agent({ tls: ours, resolver })
    const failure = await failureOf(alice.invite(orderTo(0, { to: overTls(host, bob.ports.tls) }), never))
    expect(failure).toMatchObject({ kind: 'transport' })
  })

  test('OpenSSL talks TLS 1.2 to us, and no older one', async () => {
    const bob = await agents.agent({ tls })
    const shake = (version: string): Promise<string> =>
      new Promise(resolve => {
        const args = ['s_client', '-connect', `127.0.0.1:${bob.ports.tls}`, version]
        const child = execFile(openssl ?? '', args, (_, output, errors) => resolve(output + errors))
        child.stdin?.end()
      })
    expect(await shake('-tls1_2')).toMatch(/New, TLSv1.2, Cipher is ECDHE/)
    expect(await shake('-tls1_1')).toContain('Cipher is (NONE)')
  })
})
