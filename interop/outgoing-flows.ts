import { deepEqual, equal, ok } from 'node:assert/strict'
import { parseSession } from '@parley/wire/sdp/session-description'
import type { InviteRequest } from '@parley/wire/sip/user-agent'
import type { OutgoingFlow } from './flow.ts'
import type { Peer, PhoneCall } from './peer.ts'
import { losing } from './losing-transport.ts'
import { refusals } from './refusal-flows.ts'
import { cancelled, failureOf } from './unanswered.ts'
import { until } from './until.ts'

export const out = (
  name: string,
  play: OutgoingFlow['play'],
  more: Partial<OutgoingFlow> = {},
): OutgoingFlow => ({
  name,
  direction: 'out',
  play,
  ...more,
})

type Talk = (call: PhoneCall, peer: Peer) => Promise<void> | void

/** A call that is answered, talked in, and hung up by us. */
export const talked =
  (talk: Talk, order: Partial<InviteRequest> = {}): OutgoingFlow['play'] =>
  async (peer, port) => {
    await using call = await peer.call(port, order)
    await talk(call, peer)
    await call.hangUp()
    equal((await call.ended).by, 'local')
  }

/** A call that the other side ends, after it asked for something. */
export const outlived =
  (look: Talk, order: Partial<InviteRequest> = {}): OutgoingFlow['play'] =>
  async (peer, port) => {
    await using call = await peer.call(port, order)
    equal((await call.ended).by, 'remote')
    await look(call, peer)
  }

const nothing = (): void => undefined
const trunk = { username: 'trunk', password: 'correct horse' }
const directionOf = (sdp: string): string | undefined => parseSession(sdp)[0]?.direction

const progressing =
  (expected: readonly string[]): OutgoingFlow['play'] =>
  async (peer, port) => {
    const told: string[] = []
    const onProgress: InviteRequest['onProgress'] = ({ status, sdp }) =>
      told.push(`${status}${sdp === undefined ? '' : ' with description'}`)
    await talked(nothing, { onProgress })(peer, port)
    deepEqual(told, expected)
  }

export const outgoingFlows: readonly OutgoingFlow[] = [
  out('answer', progressing(['180'])),
  out('answer-and-hang-up', outlived(nothing)),
  out('answer-at-once', progressing([])),
  out('early-media', progressing(['183 with description', '180'])),
  out('early-media-only', progressing(['183 with description'])),
  out('forked-ringing', progressing(['180', '180'])),
  out(
    'forked-answers',
    talked((_, peer) => until(() => peer.received('SIP/2.0 200') >= 3)),
  ),
  out(
    'answer-repeated',
    talked((_, peer) => until(() => peer.sent('ACK') >= 3)),
    { options: { openTransport: losing('ACK', 2) } },
  ),
  out(
    'request-lost',
    talked((_, peer) => ok(peer.sent('INVITE') > 1, 'the INVITE was not repeated')),
  ),
  ...refusals,
  out('digest', talked(nothing, { credentials: trunk })),
  out('digest-without-qop', talked(nothing, { credentials: trunk })),
  out('digest-proxy', talked(nothing, { credentials: trunk })),
  out('digest-stale', talked(nothing, { credentials: trunk })),
  out('digest-refused', async (peer, port) => {
    const failure = await failureOf(peer.call(port, { credentials: { ...trunk, password: 'wrong' } }))
    deepEqual([failure.kind, failure.status], ['rejected', 401])
    equal(peer.sent('INVITE'), 2)
  }),
  out('record-route', talked(nothing)),
  out('cancel', cancelled('180')),
  out('cancel-crosses-answer', async (peer, port) => {
    await cancelled('180')(peer, port)
    await until(() => peer.sent('BYE') > 0)
  }),
  out('cancel-waits-for-ringing', cancelled(undefined)),
  out(
    'ringing-too-long',
    async (peer, port) => {
      const failure = await failureOf(peer.call(port, { ringTimeoutMs: 400 }))
      equal(failure.kind, 'ring_timeout')
      equal(peer.sent('CANCEL'), 1)
    },
    { scenario: 'cancel' },
  ),
  out(
    'hold-and-resume',
    outlived(({ line }) => equal(directionOf(line.localSdp), 'sendrecv')),
  ),
  out('hold-by-address', outlived(nothing)),
  out(
    'hold-both-ways',
    outlived(({ line }) => equal(directionOf(line.localSdp), 'inactive')),
  ),
  out(
    'codec-change',
    outlived(({ line }) => deepEqual(parseSession(line.localSdp)[0]?.formats, ['8', '101'])),
  ),
  out(
    'codec-refused',
    outlived(({ line }) => equal(directionOf(line.localSdp), 'sendrecv')),
  ),
  out(
    'reinvite-without-offer',
    outlived(({ line }) => ok(/o=sipp 1 2 /.test(line.remoteSdp))),
  ),
  out(
    'target-moves',
    talked(async ({ line }) => {
      await until(() => /moved@/.test(line.dialog.remoteTarget))
    }),
  ),
  out(
    'update',
    outlived(({ line }) => equal(directionOf(line.localSdp), 'recvonly')),
  ),
  out(
    'info-digit',
    outlived(({ infos }) =>
      deepEqual(
        infos.map(info => /Signal=(.)/.exec(info)?.[1]),
        ['5'],
      ),
    ),
  ),
  out('options-inside', outlived(nothing)),
  out('unknown-method', outlived(nothing)),
  out('old-sequence', outlived(nothing)),
  out('bye-refused', talked(nothing)),
  out('bye-repeated', async (peer, port) => {
    await talked(nothing)(peer, port)
    ok(peer.sent('BYE') > 1, 'the BYE was not repeated')
  }),
  out('bye-crosses-bye', talked(nothing)),
  out('answer-without-session', async (peer, port) => {
    equal((await failureOf(peer.call(port))).status, 488)
  }),
  out('bye-says-why', async (peer, port) => {
    await using call = await peer.call(port)
    ok(/cause=16/.test((await call.ended).reason))
  }),
  out(
    'digits-heard',
    outlived(({ digits }) => deepEqual(digits, ['1'])),
    { options: { withMedia: true } },
  ),
  out(
    'echo',
    talked(async ({ stream }) => {
      const heard: number[] = []
      stream?.onFrame(frame => heard.push(frame[0] ?? 0))
      stream?.write(new Uint8Array(160 * 50).fill(0x2a))
      await until(() => heard.filter(byte => byte === 0x2a).length >= 25)
    }),
    { options: { withMedia: true }, sipp: ['-rtp_echo'] },
  ),
]
