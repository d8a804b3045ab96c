import { deepEqual, equal } from 'node:assert/strict'
import type { NetworkStatus } from '@parley/contract/status'
import { dialFailure } from '@parley/server/telephony/sip/failures'
import type { OutgoingFlow } from './flow.ts'
import { failureOf } from './unanswered.ts'

interface Refusal {
  readonly final: string
  /** What the customer is told, in `call_status`. */
  readonly means: NetworkStatus
  /** One more header of the answer, which the caller of the user agent must be able to read. */
  readonly header?: readonly [name: string, value: string]
}

/** Final answers by class and meaning; 603 and its kin are a person's word, the others a network's. */
const table: readonly Refusal[] = [
  { final: '403 Forbidden', means: 'rejected' },
  { final: '404 Not Found', means: 'failed' },
  { final: '480 Temporarily Unavailable', means: 'no-answer' },
  { final: '486 Busy Here', means: 'busy', header: ['Reason', 'Q.850;cause=17;text="User busy"'] },
  {
    final: '488 Not Acceptable Here',
    means: 'failed',
    header: ['Warning', '304 sipp "Media type not available"'],
  },
  { final: '503 Service Unavailable', means: 'failed', header: ['Retry-After', '7'] },
  { final: '603 Decline', means: 'rejected' },
  { final: '604 Does Not Exist Anywhere', means: 'failed' },
  { final: '607 Unwanted', means: 'rejected' },
  {
    final: '608 Rejected',
    means: 'rejected',
    header: ['Call-Info', '<https://analytics.example/608>;purpose=jwscard'],
  },
]

const refusal = ({ final, means, header }: Refusal): OutgoingFlow => {
  const status = Number(final.slice(0, 3))
  return {
    name: `refusal-${status}`,
    direction: 'out',
    async play(peer, port) {
      const failure = await failureOf(peer.call(port))
      deepEqual([failure.kind, failure.status, failure.reason], ['rejected', status, final.slice(4)])
      equal(dialFailure(failure).callStatus, means)
      if (header) deepEqual(failure.headers.get(header[0].toLowerCase()), [header[1]])
    },
  }
}

export const refusals: readonly OutgoingFlow[] = [
  ...table.map(refusal),
  {
    name: 'redirection',
    direction: 'out',
    async play(peer, port) {
      const failure = await failureOf(peer.call(port))
      deepEqual([failure.kind, failure.status], ['rejected', 302])
      deepEqual(failure.headers.get('contact'), ['<sip:+14155550199@192.0.2.7>;expires=60'])
    },
  },
]
