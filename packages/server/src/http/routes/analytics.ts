import {
  type AnalyticsQuery,
  analyticsQuery,
  analyticsSchema,
  mostDays,
  mostDaysByHour,
} from '@parley/contract/analytics'
import { ApiError } from '@parley/contract/errors'
import type { AgentId, CampaignId } from '../../domain/ids.ts'
import { countCalls } from '../../store/analytics.ts'
import { answers } from '../answers.ts'
import { holderIn } from '../auth.ts'
import type { Api, HttpDeps } from '../deps.ts'

const dayMs = 24 * 3_600_000
const defaultDays = 30

export function analyticsRoutes(app: Api, { database }: HttpDeps): void {
  app.get(
    '/v1/analytics',
    {
      config: { access: 'calls:read' },
      schema: {
        tags: ['Analytics'],
        summary: 'What calls come to, whole and by group',
        description:
          'Calls count to the time at which they were placed or came in, with what they have come to by now. Erased ' +
          'calls count on, without what named somebody: they have no `from_number` and no `disposition` any more.',
        querystring: analyticsQuery,
        response: answers({ 200: analyticsSchema }),
      },
    },
    async request => {
      const { query } = request
      const { from, to } = rangeOf(query, Date.now())
      const { group_by: groupBy = null, timezone, direction = null } = query
      const { totals, groups, groupsTotal } = await countCalls(database, {
        account: holderIn(request).accountId,
        from,
        to,
        groupBy,
        timezone,
        direction,
        campaign: (query.campaign_id as CampaignId | undefined) ?? null,
        agent: (query.agent_id as AgentId | undefined) ?? null,
      }).catch(refuseZone)
      const asked = { from: from.toISOString(), to: to.toISOString(), timezone, group_by: groupBy }
      return { ...asked, totals, groups, groups_total: groupsTotal }
    },
  )
}

function rangeOf(query: AnalyticsQuery, nowMs: number): { from: Date; to: Date } {
  const toMs = query.to === undefined ? nowMs : Date.parse(query.to)
  const fromMs = query.from === undefined ? toMs - defaultDays * dayMs : Date.parse(query.from)
  const most = query.group_by === 'hour' ? mostDaysByHour : mostDays
  if (fromMs >= toMs) refuse('from', 'Must be before `to`')
  if (toMs - fromMs > most * dayMs) refuse('from', `Must be at most ${most} days before \`to\``)
  return { from: new Date(fromMs), to: new Date(toMs) }
}

function refuseZone(error: unknown): never {
  if (!(error instanceof RangeError)) throw error
  return refuse('timezone', 'The database knows no such time zone')
}

function refuse(path: string, message: string): never {
  throw new ApiError('invalid_query', { errors: [{ path, message, code: 'invalid_value' }] })
}
