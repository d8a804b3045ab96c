import { preflightSchema, preflightVerdictSchema } from '@parley/contract/preflight'
import { preflight } from '../../intake/preflight.ts'
import { answers } from '../answers.ts'
import { holderIn } from '../auth.ts'
import type { Api, HttpDeps } from '../deps.ts'

export function preflightRoutes(app: Api, deps: HttpDeps): void {
  app.post(
    '/v1/preflight',
    {
      config: { access: 'calls:read', readsOnly: true },
      schema: {
        tags: ['Calls'],
        summary: 'Ask whether a number may be called now, or at a time',
        description: 'By the rules that every call passes. Nothing is reserved, and the call is judged anew.',
        body: preflightSchema,
        response: answers({ 200: preflightVerdictSchema }),
      },
    },
    async request => await preflight(deps, holderIn(request).accountId, request.body),
  )
}
