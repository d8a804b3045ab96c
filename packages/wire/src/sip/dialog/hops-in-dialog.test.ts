import { expect, test } from 'vitest'
import type { Hop } from '../transport.ts'
import { parseSipUri } from '../uri.ts'
import type { DialogRecord } from './dialog-record.ts'
import { hopsInDialog } from './hops-in-dialog.ts'

const record = (flow?: Hop): DialogRecord => ({
  callId: 'c',
  localParty: '<sip:a@b>',
  remoteParty: '<sip:c@d>',
  localTag: '1',
  remoteTag: '2',
  localSequence: 1,
  routeSet: [],
  remoteTarget: 'sip:c@d',
  localTarget: 'sip:a@b',
  transport: flow?.protocol ?? 'udp',
  ...(flow ? { flow } : {}),
})

/** What is found by looking up is told apart from the flow by its port. */
const locate = (uri: string): Promise<readonly Hop[]> => {
  const { host, parameters } = parseSipUri(uri)
  const named = parameters.get('transport')
  const protocol = named === 'tls' || named === 'tcp' ? named : 'udp'
  return Promise.resolve([{ protocol, host, port: 5999 }])
}

const udp = (host: string): Hop => ({ protocol: 'udp', host, port: 1024 })
const theirs: Hop = { protocol: 'tcp', host: '198.51.100.1', port: 40_000, returnPort: 5060 }
const ours: Hop = { protocol: 'tls', host: '198.51.100.1', port: 5061, serverName: 'carrier.test' }

test.each<[string, Hop | undefined, string, Partial<Hop>]>([
  [
    'a public target is looked up',
    udp('198.51.100.1'),
    'sip:198.51.100.2',
    { host: '198.51.100.2', port: 5999 },
  ],
  [
    'a private one behind a NAT is reached as it came',
    udp('198.51.100.1'),
    'sip:10.0.0.5',
    udp('198.51.100.1'),
  ],
  ['a private one in our own network is looked up', udp('192.168.1.2'), 'sip:10.0.0.5', { host: '10.0.0.5' }],
  ['so it is from this very machine', udp('127.0.0.1'), 'sip:10.0.0.5', { host: '10.0.0.5', port: 5999 }],
  ['a name that never resolves', udp('198.51.100.1'), 'sip:x@abc.invalid', udp('198.51.100.1')],
  ['over their connection to the same host', theirs, 'sip:198.51.100.1;transport=tcp', theirs],
  ['not to another host', theirs, 'sip:198.51.100.9;transport=tcp', { host: '198.51.100.9', port: 5999 }],
  [
    'an address over TLS shows the name we dialled',
    ours,
    'sip:198.51.100.7;transport=tls',
    { serverName: 'carrier.test' },
  ],
  ['a record of an older release', undefined, 'sip:10.0.0.5', { host: '10.0.0.5', port: 5999 }],
])('%s', async (...[, flow, uri, expected]) => {
  const [hop] = await hopsInDialog(record(flow), uri, locate)
  expect(hop).toMatchObject(expected)
})
