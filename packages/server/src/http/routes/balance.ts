import { balanceSchema } from '@parley/contract/accounts'
import { readCallingAccount } from '../../store/accounts.ts'
import { readBalance } from '../../store/balance.ts'
import { answers } from '../answers.ts'
import { holderIn } from '../auth.ts'
import type { Api, HttpDeps } from '../deps.ts'

/** What an account without a quota is called. */
const unlimited = 'unlimited'
const withQuota = 'quota'

export function balanceRoutes(app: Api, { database }: HttpDeps): void {
  app.get(
    '/v1/balance',
    {
      config: { access: 'calls:read' },
      schema: {
        tags: ['Balance'],
        summary: 'Minutes of calls: used, reserved and left',
        description:
          'A call reserves its `max_duration` when it is placed, and settles to what is billed when it ends. A call for ' +
          'which too little is left is refused with 402 `insufficient_quota`, which says what it needs and what is left.',
        response: answers({ 200: balanceSchema }),
      },
    },
    async request => {
      const account = holderIn(request).accountId
      const { settings } = await readCallingAccount(database, account)
      const { used, reserved, remaining } = await readBalance(database, account, settings.quota)
      return {
        unit: 'call_minutes' as const,
        remaining: remaining === null ? null : rounded(remaining),
        plan: settings.plan ?? (settings.quota ? withQuota : unlimited),
        used: rounded(used),
        reserved: rounded(reserved),
      }
    },
  )
}

function rounded(minutes: number): number {
  return Number(minutes.toFixed(4))
}
