import { describe, expect, test } from 'vitest'
import type { TransportProtocol } from '../transport.ts'
import { locate } from './locate.ts'
import { orderSrv } from './order-records.ts'
import type { NaptrRecord, Resolver, SrvRecord } from './resolver.ts'

interface Zone {
  readonly naptr?: Record<string, readonly NaptrRecord[]>
  readonly srv?: Record<string, readonly SrvRecord[]>
  readonly hosts?: Record<string, readonly string[]>
}

function resolverOf({ naptr = {}, srv = {}, hosts = {} }: Zone): Resolver {
  return {
    naptr: async name => naptr[name] ?? [],
    srv: async name => srv[name] ?? [],
    addresses: async name => hosts[name] ?? [],
  }
}

const all: readonly TransportProtocol[] = ['udp', 'tcp', 'tls']

/** Ways to a URI, as `udp 192.0.2.1:5060 name`. */
async function ways(uri: string, zone: Zone = {}, speaks = all): Promise<string[]> {
  const deps = { resolver: resolverOf(zone), protocols: new Set(speaks), random: () => 0.5 }
  const hops = await locate(uri, deps)
  return hops.map(({ protocol, host, port, serverName = '' }) =>
    `${protocol} ${host}:${port} ${serverName}`.trim(),
  )
}

const naptr = (order: number, service: string, replacement: string): NaptrRecord => ({
  flags: 's',
  service,
  replacement,
  order,
  preference: 0,
})
const srv = (name: string, priority: number, weight = 0): SrvRecord => ({
  name,
  port: 5070,
  priority,
  weight,
})

const zone: Zone = {
  naptr: {
    'c.test': [naptr(2, 'SIP+D2U', '_sip._udp.c.test'), naptr(1, 'SIPS+D2T', '_sips._tcp.c.test')],
  },
  srv: {
    '_sip._udp.c.test': [srv('b.c.test', 20), srv('a.c.test', 10)],
    '_sips._tcp.c.test': [srv('s.c.test', 1)],
    '_sip._tcp.t.test': [srv('b.c.test', 1)],
  },
  hosts: {
    'a.c.test': ['192.0.2.1', '2001:db8::1'],
    'b.c.test': ['192.0.2.2'],
    's.c.test': ['192.0.2.9'],
    'h.test': ['192.0.2.5'],
  },
}

describe('RFC 3263 §4', () => {
  test.each([
    ['an address needs no DNS', 'sip:192.0.2.7', ['udp 192.0.2.7:5060']],
    ['an IPv6 address', 'sip:a@[2001:db8::7]:5080', ['udp 2001:db8::7:5080']],
    ['maddr counts instead of the host', 'sip:h.test;maddr=192.0.2.8', ['udp 192.0.2.8:5060']],
    ['transport and its port', 'sip:192.0.2.7;transport=TLS', ['tls 192.0.2.7:5061']],
    ['a port means no SRV', 'sip:c.test:5090', 'no address'],
    ['a host without records', 'sip:h.test;transport=tcp', ['tcp 192.0.2.5:5060']],
    [
      'NAPTR, then SRV by priority, then every address; the certificate shows the name that was asked for',
      'sip:c.test',
      ['tls 192.0.2.9:5070 c.test', 'udp 192.0.2.1:5070', 'udp 2001:db8::1:5070', 'udp 192.0.2.2:5070'],
    ],
    ['a transport narrows it down', 'sip:c.test;transport=tls', ['tls 192.0.2.9:5070 c.test']],
    ['so does sips', 'sips:c.test', ['tls 192.0.2.9:5070 c.test']],
    ['SRV without NAPTR', 'sip:t.test', ['tcp 192.0.2.2:5070']],
  ])('%s', async (_, uri, expected) => {
    if (typeof expected === 'string') await expect(ways(uri, zone)).rejects.toThrow(expected)
    else expect(await ways(uri, zone)).toEqual(expected)
  })

  test('what we do not speak is left out, and asking for it fails', async () => {
    expect(await ways('sip:c.test', zone, ['udp'])).toHaveLength(3)
    await expect(ways('sips:c.test', zone, ['udp'])).rejects.toThrow('asks for tls')
    await expect(ways('sip:c.test;transport=sctp', zone)).rejects.toThrow('unknown')
  })

  test('a DNS in trouble leaves the host itself', async () => {
    const trouble = (): Promise<never> => Promise.reject(new Error('SERVFAIL'))
    const resolver: Resolver = { naptr: trouble, srv: trouble, addresses: async () => ['192.0.2.5'] }
    const hops = await locate('sip:h.test', { resolver, protocols: new Set(all), random: () => 0 })
    expect(hops).toEqual([{ protocol: 'udp', host: '192.0.2.5', port: 5060 }])
  })

  test('a resolver that stays silent is waited for no longer than the caller likes', async () => {
    const silent = (): Promise<never> => new Promise(() => undefined)
    const resolver: Resolver = { naptr: silent, srv: silent, addresses: silent }
    const deps = { resolver, protocols: new Set(all), random: () => 0 }
    await expect(locate('sip:h.test', deps, AbortSignal.timeout(20))).rejects.toThrow()
  })
})

test('within one priority weight decides how often a server comes first', () => {
  const records = [srv('light', 1, 10), srv('heavy', 1, 90), srv('spare', 2, 100)]
  const firsts = Array.from(
    { length: 100 },
    (_, index) => orderSrv(records, () => (index + 0.5) / 100)[0]?.name,
  )
  expect(firsts.filter(name => name === 'heavy')).toHaveLength(90)
  expect(orderSrv(records, () => 0.5).map(one => one.name)).toEqual(['heavy', 'light', 'spare'])
})
