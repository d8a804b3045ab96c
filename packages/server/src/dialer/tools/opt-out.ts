import { e164 } from '@parley/contract/fields'
import type { CallPlan } from '../../domain/call-plan.ts'
import { listNumber } from '../../intake/do-not-call.ts'
import type { Database } from '../../store/database.ts'
import type { CalledTool } from './called-tool.ts'

/** Whoever the account talks to; null where their number is not known. */
export function calleeNumber({ direction, to, from }: CallPlan): string | null {
  const number = direction === 'inbound' ? from : to
  return number !== null && e164.test(number) ? number : null
}

/** Puts the callee on the do-not-call list. What is said of it comes after it is written. */
export function optOutTool(plan: CallPlan, database: Database): CalledTool {
  return {
    definition: {
      name: 'opt_out',
      description:
        'Puts the person on the do-not-call list. Call it, without saying anything first, as soon as they ask not to be called again or to be taken off the list. The call ends afterwards.',
      parameters: {
        type: 'object',
        properties: {
          reason: { type: 'string', description: 'What they asked for, in a few words.', maxLength: 500 },
        },
        additionalProperties: false,
      },
    },
    hasEffects: true,
    isOwn: true,
    waitingLine: null,
    afterwards: 'opt_out',
    async call({ arguments: given }) {
      const number = calleeNumber(plan)
      if (number === null) return { error: 'The number of this call is not known, so it can not be listed' }
      const reason = typeof given['reason'] === 'string' && given['reason'] !== '' ? given['reason'] : null
      const { accountId: account, callId } = plan
      await listNumber(database, { account, number, reason, source: 'call', callId })
      return { ok: true }
    },
  }
}
