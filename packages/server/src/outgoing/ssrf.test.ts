import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createOutgoing } from './outgoing.ts'

/** Every way to write or reach an inside address that we know of; `PORT` is the canary's. */
const literals = [
  'http://127.0.0.1:PORT/',
  'http://127.0.0.2:PORT/',
  'http://127.255.255.254:PORT/',
  'http://127.1:PORT/',
  'http://127.0.1:PORT/',
  'http://0x7f.0x0.0x0.0x1:PORT/',
  'http://0x7f000001:PORT/',
  'http://0X7F.1:PORT/',
  'http://0177.0.0.1:PORT/',
  'http://0177.0.0.01:PORT/',
  'http://00000177.1:PORT/',
  'http://017700000001:PORT/',
  'http://2130706433:PORT/',
  'http://127.0.0.1.:PORT/',
  'http://①②⑦.⓪.⓪.①:PORT/',
  'http://127。0。0。1:PORT/',
  'http://127.0.0.1:PORT/',
  'http://%31%32%37.0.0.1:PORT/',
  'http://0.0.0.0:PORT/',
  'http://0:PORT/',
  'http://0x0:PORT/',
  'http://[::1]:PORT/',
  'http://[0:0:0:0:0:0:0:1]:PORT/',
  'http://[0000::0001]:PORT/',
  'http://[::]:PORT/',
  'http://[::ffff:127.0.0.1]:PORT/',
  'http://[::ffff:7f00:1]:PORT/',
  'http://[::127.0.0.1]:PORT/',
  'http://[::ffff:0:127.0.0.1]:PORT/',
  'http://[64:ff9b::127.0.0.1]:PORT/',
  'http://[64:ff9b:1::7f00:1]:PORT/',
  'http://[2002:7f00:1::]:PORT/',
  'http://[2001:0:7f00:1::1]:PORT/',
  'http://[fe80::1]:PORT/',
  'http://[fec0::1]:PORT/',
  'http://[fc00::1]:PORT/',
  'http://[fd00:ec2::254]:PORT/',
  'http://[ff02::1]:PORT/',
  'http://[100::1]:PORT/',
  'http://[2001:db8::1]:PORT/',
  'http://[4000::1]:PORT/',
  'http://10.0.0.1:PORT/',
  'http://172.16.0.1:PORT/',
  'http://172.31.255.255:PORT/',
  'http://192.168.0.1:PORT/',
  'http://100.64.0.1:PORT/',
  'http://100.100.100.200:PORT/',
  'http://169.254.169.254:PORT/latest/meta-data/',
  'http://0xa9fea9fe:PORT/',
  'http://2852039166:PORT/',
  'http://168.63.129.16:PORT/machine',
  'http://192.0.0.192:PORT/',
  'http://192.0.2.1:PORT/',
  'http://198.18.0.1:PORT/',
  'http://224.0.0.1:PORT/',
  'http://240.0.0.1:PORT/',
  'http://255.255.255.255:PORT/',
  'https://127.0.0.1:PORT/',
]

const names = [
  'http://localhost:PORT/',
  'http://LOCALHOST:PORT/',
  'http://localhost.:PORT/',
  'http://ⓛⓞⓒⓐⓛⓗⓞⓢⓣ:PORT/',
  'http://loopback.test:PORT/',
  'http://mixed.test:PORT/',
  'http://mapped.test:PORT/',
  'http://sixth.test:PORT/',
  'http://metadata.test:PORT/',
  'http://rubbish.test:PORT/',
  'http://public.example@127.0.0.1:PORT/',
  'http://127.0.0.1:PORT#@public.example/',
  'http://127.0.0.1:PORT\\@public.example/',
  'http://user:password@loopback.test:PORT/',
]

const forms = [
  'ftp://127.0.0.1:PORT/',
  'gopher://127.0.0.1:PORT/_',
  'file:///etc/passwd',
  'data:text/plain,hello',
  'unix:/var/run/docker.sock',
  'http://public.example:22/',
  'http://public.example:25/',
  'https://public.example:636/',
  'http:///',
  'nonsense',
]

const zone: Readonly<Record<string, readonly string[]>> = {
  localhost: ['127.0.0.1', '::1'],
  'localhost.': ['127.0.0.1'],
  'loopback.test': ['127.0.0.1'],
  'mixed.test': ['8.8.8.8', '127.0.0.1'],
  'mapped.test': ['::ffff:127.0.0.1'],
  'sixth.test': ['::1'],
  'metadata.test': ['169.254.169.254'],
  'rubbish.test': ['not an address'],
}

describe('requests to customers’ addresses', () => {
  let canary: Server
  let visits = 0
  let port = 0
  const resolve = (name: string) => Promise.resolve(zone[name] ?? [])

  beforeAll(async () => {
    canary = createServer((_, response) => {
      visits += 1
      response.end('you should not be here')
    })
    await new Promise<void>(done => canary.listen(0, '::', done))
    port = (canary.address() as AddressInfo).port
  })
  afterAll(() => new Promise(done => canary.close(done)))

  it('has a canary that can be reached', async () => {
    await using outgoing = createOutgoing({ allowCidrs: ['127.0.0.0/8'] })
    const signal = AbortSignal.timeout(5_000)
    await using answer = await outgoing.request(
      `http://127.0.0.1:${port}/`,
      { method: 'GET', headers: {} },
      signal,
    )
    expect([answer.status, visits]).toEqual([200, 1])
  })

  it('knows at least sixty attacks', () => {
    expect(new Set([...literals, ...names, ...forms]).size).toBeGreaterThanOrEqual(60)
  })

  it.each([...literals, ...names, ...forms])('refuses %s', async template => {
    const before = visits
    await using outgoing = createOutgoing({ allowCidrs: [], resolve })
    const url = template.replace('PORT', String(port))
    const sent = outgoing.request(url, { method: 'GET', headers: {} }, AbortSignal.timeout(5_000))
    await expect(sent).rejects.toMatchObject({ name: 'OutgoingFault', kind: 'refused' })
    expect(visits).toBe(before)
  })

  it('refuses this machine’s own public address', async () => {
    const own = () => ['8.8.8.8', '2a00:1450::5']
    await using outgoing = createOutgoing({ allowCidrs: [], ownAddresses: own })
    for (const host of ['8.8.8.8', '[2a00:1450:0::5]']) {
      const sent = outgoing.request(
        `http://${host}/`,
        { method: 'GET', headers: {} },
        AbortSignal.timeout(5_000),
      )
      await expect(sent).rejects.toMatchObject({ kind: 'refused' })
    }
  })
})
