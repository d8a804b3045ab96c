import { equal, ok, rejects } from 'node:assert/strict'
import { once } from 'node:events'
import { setTimeout as wait } from 'node:timers/promises'
import { SdpError } from '@parley/wire/sdp/sdp-error'
import type { IncomingCall } from '@parley/wire/sip/user-agent'
import type { IncomingFlow } from './flow.ts'
import type { Peer, PhoneCall } from './peer.ts'
import { until } from './until.ts'

type Play = NonNullable<IncomingFlow['play']>

export const into = (name: string, play: Play, more: Partial<IncomingFlow> = {}): IncomingFlow => ({
  name,
  direction: 'in',
  play,
  ...more,
})

/** Nobody is disturbed: the user agent answers by itself. */
export const unheard = (name: string, options: IncomingFlow['options'] = {}): IncomingFlow => ({
  name,
  direction: 'in',
  options,
})

/** Picks up and stays until the caller hangs up. */
export const taken =
  (look: (call: PhoneCall, peer: Peer) => void = () => undefined): Play =>
  async (peer, incoming) => {
    incoming.ring()
    await using call = await peer.answer(incoming)
    equal((await call.ended).by, 'remote')
    look(call, peer)
  }

async function hungUp(peer: Peer, incoming: IncomingCall): Promise<void> {
  const call = await peer.answer(incoming)
  await call.hangUp()
}

/** As the product refuses an offer that it cannot take. */
async function takenOrRefused(peer: Peer, incoming: IncomingCall): Promise<void> {
  await rejects(peer.answer(incoming), SdpError)
  incoming.reject(488)
}

const draining = { acceptsCalls: () => false }

export const incomingFlows: readonly IncomingFlow[] = [
  into('calls-and-hangs-up', taken()),
  into('calls-and-is-hung-up', hungUp),
  into('calls-with-early-media', async (peer, incoming) => {
    incoming.ring(183, incoming.sdp)
    await using call = await peer.answer(incoming)
    await call.ended
  }),
  into(
    'calls-without-offer',
    taken(({ line }) => ok(/o=sipp/.test(line.remoteSdp))),
  ),
  into(
    'ack-late',
    taken((_, peer) => ok(peer.sent('SIP/2.0 200') > 2, 'the 200 was not repeated')),
  ),
  into(
    'ack-never',
    async (peer, incoming) => {
      await rejects(peer.answer(incoming), /never acknowledged/)
    },
    { options: { timings: { t1Ms: 50, t2Ms: 400, t4Ms: 500 } } },
  ),
  into('invite-repeated', async (peer, incoming) => {
    await wait(150)
    incoming.reject(486)
    await until(() => peer.sent('SIP/2.0 486') > 1)
  }),
  into('cancels', async (_, incoming) => {
    incoming.ring()
    if (!incoming.cancelled.aborted) await once(incoming.cancelled, 'abort')
  }),
  into('cancels-too-late', taken()),
  unheard('cancels-nothing'),
  into('is-busy', async (_, incoming) => incoming.reject(486)),
  { name: 'calls-nobody', direction: 'in', takesNoCalls: true },
  unheard('calls-while-draining', draining),
  unheard('requires-the-unknown'),
  unheard('body-of-another-kind'),
  into('no-common-codec', takenOrRefused),
  unheard('asks-userless'),
  unheard('asks-while-draining', draining),
  unheard('bye-for-nothing'),
  unheard('ack-for-nothing'),
  into('caller-holds', taken()),
  into('reinvite-before-ack', taken()),
  into('offer-with-odd-lines', taken()),
  into('long-headers', taken()),
  into('compact-form', taken()),
]
