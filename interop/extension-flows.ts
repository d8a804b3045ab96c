import { deepEqual, equal, rejects } from 'node:assert/strict'
import { createOffer } from '@parley/wire/sdp/offer'
import { ReinviteRefused } from '@parley/wire/sip/call/answered-call'
import type { Direction } from '@parley/wire/sdp/direction'
import type { Flow, OutgoingFlow } from './flow.ts'
import { into, taken, unheard } from './incoming-flows.ts'
import { out, outlived, talked } from './outgoing-flows.ts'
import { soon, type PhoneCall } from './peer.ts'
import { cancelled } from './unanswered.ts'

const nothing = (): void => undefined
const offer = (sessionVersion: number, direction: Direction): string =>
  createOffer({ address: { host: '127.0.0.1', port: 40_000 }, sessionId: '1', sessionVersion, direction })

/** Hands the call on, and goes on with it when that comes to nothing. */
const referred = (accepted: boolean, status: number): OutgoingFlow['play'] =>
  talked(async ({ line }) => {
    deepEqual(await line.refer('sip:carol@192.0.2.3', soon()), { accepted, status })
  })

async function holdAndResume({ line }: PhoneCall): Promise<void> {
  await line.reinvite(offer(2, 'sendonly'), soon())
  await line.reinvite(offer(3, 'sendrecv'), soon())
}

/** What the SIP extensions ask for, and the same calls over TCP. */
export const extensionFlows: readonly Flow[] = [
  out('reliable-ringing', talked(nothing, { reliableProgress: true })),
  out('own-hold', talked(holdAndResume)),
  out(
    'own-change-refused',
    talked(({ line }) => rejects(line.reinvite(offer(2, 'sendonly'), soon()), ReinviteRefused)),
  ),
  out(
    'glare',
    talked(async ({ line }, peer) => {
      await line.reinvite(offer(2, 'sendrecv'), soon())
      equal(peer.received('SIP/2.0 491'), 1)
    }),
  ),
  out('refer', referred(true, 200)),
  out('refer-failed', referred(true, 486)),
  out('refer-refused', referred(false, 603)),
  out('asked-to-refer', outlived(nothing)),
  out('interval-too-brief', talked(nothing)),
  out('refreshed-by-callee', outlived(nothing)),
  into('calls-with-timer', taken()),
  unheard('calls-with-brief-timer'),
  into('calls-with-prack', taken()),
  out('tcp-answer', talked(nothing), { scenario: 'answer', transport: 'tcp' }),
  out('tcp-cancel', cancelled('180'), { scenario: 'cancel', transport: 'tcp' }),
  out('tcp-hold-and-resume', outlived(nothing), { scenario: 'hold-and-resume', transport: 'tcp' }),
  into('tcp-calls-and-hangs-up', taken(), { scenario: 'calls-and-hangs-up', transport: 'tcp' }),
  into('tcp-caller-holds', taken(), { scenario: 'caller-holds', transport: 'tcp' }),
]
