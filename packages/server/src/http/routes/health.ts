import { ApiError } from '@parley/contract/errors'
import { sql } from 'kysely'
import { z } from 'zod'
import { answers } from '../answers.ts'
import type { Api, HttpDeps } from '../deps.ts'

const tags = ['Health']
const state = z.object({ status: z.literal('ok') })

/** `/healthz`: the process answers. `/readyz`: it can also serve. */
export function healthRoutes(app: Api, { database, draining }: HttpDeps): void {
  const open = { config: { access: 'public' as const, isProbed: true } }
  app.get(
    '/healthz',
    {
      ...open,
      schema: { tags, summary: 'The process answers', response: answers({ 200: state }) },
    },
    () => ({ status: 'ok' as const }),
  )
  app.get(
    '/readyz',
    {
      ...open,
      schema: { tags, summary: 'Calls can be placed', response: answers({ 200: state }) },
    },
    async () => {
      if (draining()) throw new ApiError('draining', { retryAfterSeconds: 5 })
      // A fresh process is late for a second while its code is compiled: it would refuse what it is sent.
      if (app.isUnderPressure()) throw new ApiError('overloaded', { retryAfterSeconds: 1 })
      await sql`select 1`.execute(database.kysely)
      return { status: 'ok' as const }
    },
  )
}
