import { ApiError } from '@parley/contract/errors'
import { timelineSchema } from '@parley/contract/timeline'
import { timelineEvents, timelineOf } from '../../domain/timeline.ts'
import { findCall } from '../../store/calls.ts'
import { readEventsOf } from '../../store/events.ts'
import { answers } from '../answers.ts'
import { holderIn } from '../auth.ts'
import type { Api, HttpDeps } from '../deps.ts'
import { callParams } from './calls.ts'

/** Hours of lively talk: a timeline that is longer ends there. */
const mostEvents = 20_000

export function timelineRoutes(app: Api, { database }: Pick<HttpDeps, 'database'>): void {
  app.get(
    '/v1/calls/:id/timeline',
    {
      config: { access: 'calls:read' },
      schema: {
        tags: ['Calls'],
        summary: 'Where the time of a call went: its phases, and the stages of each turn',
        params: callParams,
        response: answers({ 200: timelineSchema }),
      },
    },
    async request => {
      const call = await findCall(database, { account: holderIn(request).accountId, id: request.params.id })
      if (call === null) throw new ApiError('not_found', { detail: 'No such call' })
      const wanted = { types: timelineEvents, limit: mostEvents }
      return { call_id: call.id, ...timelineOf(await readEventsOf(database, call.id, wanted)) }
    },
  )
}
