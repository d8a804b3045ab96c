/** The call flows of RFC 3665, by section. Those whose scenario bears another name play in both roles there too. */
import { deepEqual, equal, ok } from 'node:assert/strict'
import { once } from 'node:events'
import { parseSession } from '@parley/wire/sdp/session-description'
import type { RegistrationState } from '@parley/wire/sip/user-agent'
import { freePort } from '../packages/wire/test/free-port.ts'
import type { IncomingFlow, OutgoingFlow } from './flow.ts'
import { into, taken } from './incoming-flows.ts'
import { out, outlived, talked } from './outgoing-flows.ts'
import { host, type Peer } from './peer.ts'
import { cancelled, failureOf } from './unanswered.ts'
import { until } from './until.ts'

const nothing = (): void => undefined
const trunk = { username: 'trunk', password: 'correct horse' }

const named = (section: string): string => `rfc3665-${section}`
const receives = (section: string, scenario: string, play: NonNullable<IncomingFlow['play']>) =>
  into(named(section), play, { scenario })

const refused =
  (status: number): OutgoingFlow['play'] =>
  async (peer, port) => {
    equal((await failureOf(peer.call(port))).status, status)
  }

/** Registers, again when asked to, and takes the binding back. */
async function register({ agent }: Peer, port: number): Promise<void> {
  const states: string[] = []
  const onState = ({ status }: RegistrationState): number => states.push(status)
  const registration = agent.register({ registrar: `sip:${host}:${port}`, ...trunk, onState })
  await until(() => states.length === 1)
  registration.refresh()
  await until(() => states.length === 2)
  await registration[Symbol.asyncDispose]()
  deepEqual(states, ['registered', 'registered', 'unregistered'])
}

async function registerInVain({ agent }: Peer, port: number): Promise<void> {
  const states: RegistrationState[] = []
  const registration = agent.register({
    registrar: `sip:${host}:${port}`,
    ...trunk,
    onState: state => states.push(state),
  })
  await until(() => states.length > 0)
  ok(states[0]?.status === 'failed' && states[0].code === 401)
  await registration[Symbol.asyncDispose]()
}

/** The first of two servers of one name is dead. */
async function passOver(peer: Peer, port: number): Promise<void> {
  dead.port = await freePort()
  living.port = port
  await using call = await peer.call(0, { to: 'sip:bob@carrier.test' })
  await call.hangUp()
}

const dead = { name: 's.test', priority: 1, weight: 0, port: 0 }
const living = { name: 's.test', priority: 2, weight: 0, port: 0 }
const twoServers: NonNullable<OutgoingFlow['options']> = {
  resolver: {
    naptr: () => Promise.resolve([]),
    srv: name => Promise.resolve(name === '_sip._udp.carrier.test' ? [dead, living] : []),
    addresses: () => Promise.resolve([host]),
  },
}

export const rfc3665Flows: readonly (OutgoingFlow | IncomingFlow)[] = [
  out(named('2.1-registration'), register, { scenario: 'registers' }),
  out(named('2.5-registration-refused'), registerInVain, { scenario: 'registration-refused' }),
  out(named('3.1-session'), talked(nothing), { scenario: 'answer' }),
  receives('3.1-session-received', 'calls-and-hangs-up', taken()),
  out(named('3.2-two-proxies'), talked(nothing), { scenario: 'record-route' }),
  out(named('3.3-proxies-challenge'), talked(nothing, { credentials: trunk }), {
    scenario: 'two-proxies-challenge',
  }),
  out(named('3.4-proxy-failure'), passOver, { scenario: 'answer', options: twoServers }),
  out(named('3.6-redirection'), refused(302), { scenario: 'redirection' }),
  receives(
    '3.6-description-in-ack',
    'calls-without-offer',
    taken(({ line }) => ok(/o=sipp/.test(line.remoteSdp))),
  ),
  out(
    named('3.7-address-changes'),
    outlived(({ line }) => equal(parseSession(line.remoteSdp)[0]?.host, '127.0.0.2')),
    { scenario: 'address-changes' },
  ),
  out(named('3.8-no-answer'), cancelled('180'), { scenario: 'cancel' }),
  receives('3.8-no-answer-received', 'cancels', async (_, incoming) => {
    incoming.ring()
    if (!incoming.cancelled.aborted) await once(incoming.cancelled, 'abort')
  }),
  out(named('3.9-busy'), refused(486), { scenario: 'refusal-486' }),
  receives('3.9-busy-received', 'is-busy', async (_, incoming) => incoming.reject(486)),
  out(
    named('3.10-no-response'),
    async (peer, port) => {
      equal((await failureOf(peer.call(port, { firstAnswerTimeoutMs: 1_000 }))).kind, 'no_response')
    },
    { scenario: 'no-response' },
  ),
  out(named('3.11-unavailable'), refused(480), { scenario: 'refusal-480' }),
]
