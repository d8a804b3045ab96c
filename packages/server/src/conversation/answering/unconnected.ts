import type { NetworkStatus } from '@parley/contract/status'
import { type Outcome, unreached } from '../../domain/outcome.ts'
import type { LineSignal } from './line-signals.ts'
import type { Unconnected } from './machine.ts'

const outcomes: Readonly<Record<Unconnected, readonly [NetworkStatus, string]>> = {
  invalid_number: ['failed', 'The network says that the number is not in service'],
  busy: ['busy', 'The network says that the line is busy'],
  unreachable: ['no-answer', 'The network says that the callee can not be reached now'],
  congested: ['failed', 'The network says that it has no free line'],
  blocked: ['rejected', 'The network says that the callee takes no such calls'],
  not_answered: ['no-answer', 'The network says that nobody answers'],
  not_connected: ['failed', 'The network says that the call can not be completed'],
}

/** The end of a call of which the network said, in words or tones, that it reaches nobody. */
export function unconnected(meaning: Unconnected): Outcome {
  const [callStatus, message] = outcomes[meaning]
  return unreached(callStatus, message)
}

/** What a signal says about there being nobody; null: nothing. */
export function unconnectedBy(signal: LineSignal | null): Unconnected | null {
  switch (signal) {
    case 'busy':
    case 'invalid_number':
    case 'not_connected':
      return signal
    case 'congestion':
      return 'congested'
    default:
      return null
  }
}
