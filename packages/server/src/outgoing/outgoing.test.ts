import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { parseRanges } from './address-rules.ts'
import { createOutgoing } from './outgoing.ts'

const get = { method: 'GET', headers: {} } as const
const opened: Server[] = []

async function listen(host: string, listener: RequestListener): Promise<number> {
  const server = createServer(listener)
  opened.push(server)
  await new Promise<void>(done => server.listen(0, host, done))
  return (server.address() as AddressInfo).port
}

afterEach(() => {
  for (const server of opened.splice(0)) {
    server.close()
    server.closeAllConnections()
  }
})

describe('outgoing requests', () => {
  it('hand a redirect back and do not follow it', async () => {
    let visits = 0
    const inside = await listen('127.0.0.1', (_, response) => response.end(String(++visits)))
    const port = await listen('127.0.0.2', (_, response) =>
      response.writeHead(302, { location: `http://127.0.0.1:${inside}/` }).end(),
    )
    await using outgoing = createOutgoing({ allowCidrs: ['127.0.0.0/8'] })
    await using answer = await outgoing.request(`http://127.0.0.2:${port}/`, get, AbortSignal.timeout(5_000))
    expect([answer.status, visits]).toEqual([302, 0])
  })

  it('look a name up once and connect to exactly that address (DNS rebinding)', async () => {
    const hosts: (string | undefined)[] = []
    const port = await listen('127.0.0.2', (request, response) => {
      hosts.push(request.headers.host)
      response.writeHead(200, { connection: 'close' }).end()
    })
    const answers = [['127.0.0.2'], ['127.0.0.1']]
    const resolve = () => Promise.resolve(answers.shift() ?? [])
    await using outgoing = createOutgoing({ allowCidrs: ['127.0.0.2/32'], resolve })
    const url = `http://rebind.test:${port}/`
    await using first = await outgoing.request(url, get, AbortSignal.timeout(5_000))
    expect([first.status, hosts, answers.length]).toEqual([200, [`rebind.test:${port}`], 1])
    await first.read(10)
    const second = outgoing.request(url, get, AbortSignal.timeout(5_000))
    await expect(second).rejects.toMatchObject({ kind: 'refused' })
    expect(hosts).toHaveLength(1)
  })

  it('try the next address when the first takes no connection', async () => {
    const port = await listen('127.0.0.2', (_, response) => response.end('here'))
    const resolve = () => Promise.resolve(['127.0.0.3', '127.0.0.2'])
    await using outgoing = createOutgoing({ allowCidrs: ['127.0.0.0/8'], resolve })
    await using answer = await outgoing.request(`http://two.test:${port}/`, get, AbortSignal.timeout(5_000))
    expect(Buffer.from(await answer.read(100)).toString()).toBe('here')
  })

  it('end at the deadline, whether the head or the body is late', async () => {
    const port = await listen('127.0.0.1', (request, response) => {
      if (request.url === '/body') response.writeHead(200).write('a')
    })
    await using outgoing = createOutgoing({ allowCidrs: ['127.0.0.1/32'] })
    const base = `http://127.0.0.1:${port}`
    await expect(outgoing.request(`${base}/head`, get, AbortSignal.timeout(100))).rejects.toMatchObject({
      kind: 'timeout',
    })
    await using answer = await outgoing.request(`${base}/body`, get, AbortSignal.timeout(200))
    await expect(answer.read(100)).rejects.toMatchObject({ kind: 'timeout' })
  })

  it('read no more than they were told to', async () => {
    const port = await listen('127.0.0.1', (_, response) => response.end('x'.repeat(1_000)))
    await using outgoing = createOutgoing({ allowCidrs: ['127.0.0.1/32'] })
    const url = `http://127.0.0.1:${port}/`
    await using long = await outgoing.request(url, get, AbortSignal.timeout(5_000))
    await expect(long.read(999)).rejects.toMatchObject({ kind: 'too_large' })
    await using fits = await outgoing.request(url, get, AbortSignal.timeout(5_000))
    expect(await fits.read(1_000)).toHaveLength(1_000)
  })

  it('leave an unread, dripping answer behind quickly', async () => {
    const port = await listen('127.0.0.1', (_, response) => {
      response.writeHead(200).write('a')
      const drip = setInterval(() => response.write('a'), 50)
      response.on('close', () => clearInterval(drip))
    })
    await using outgoing = createOutgoing({ allowCidrs: ['127.0.0.1/32'] })
    const answer = await outgoing.request(`http://127.0.0.1:${port}/`, get, AbortSignal.timeout(15_000))
    const before = performance.now()
    await answer[Symbol.asyncDispose]()
    expect(performance.now() - before).toBeLessThan(3_000)
  })

  it('use a connection again', async () => {
    const ports = new Set<number | undefined>()
    const port = await listen('127.0.0.1', (request, response) => {
      ports.add(request.socket.remotePort)
      response.end('unread')
    })
    await using outgoing = createOutgoing({ allowCidrs: ['127.0.0.1/32'] })
    for (let n = 0; n < 5; n++) {
      await using answer = await outgoing.request(
        `http://127.0.0.1:${port}/`,
        get,
        AbortSignal.timeout(5_000),
      )
      expect(answer.status).toBe(200)
    }
    expect(ports.size).toBeLessThan(5)
  })

  it('say that nobody listens, and that a name does not exist', async () => {
    const resolve = () => Promise.reject(new Error('ENOTFOUND'))
    await using outgoing = createOutgoing({ allowCidrs: ['127.0.0.1/32'], resolve })
    for (const url of ['http://127.0.0.1:9999/', 'http://nowhere.test/']) {
      await expect(outgoing.request(url, get, AbortSignal.timeout(5_000))).rejects.toMatchObject({
        kind: 'unreachable',
      })
    }
  })

  it('refuse a faulty list of ranges', () => {
    expect(() => parseRanges(['10.0.0.0/8', '10.0.0.1/99'])).toThrow('10.0.0.1/99')
    expect(() => createOutgoing({ allowCidrs: ['loopback'] })).toThrow('loopback')
  })
})
