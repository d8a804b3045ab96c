import { ApiError, type ProblemCode, problems } from '@parley/contract/errors'
import { z } from 'zod'
import { answers } from '../answers.ts'
import type { Api } from '../deps.ts'

const explained = z.object({ code: z.string(), status: z.int(), title: z.string() })

/** What the `type` of a problem leads to. */
export function errorRoutes(app: Api): void {
  app.get(
    '/errors/:code',
    {
      config: { access: 'public' },
      schema: {
        tags: ['Errors'],
        summary: 'What a problem type means',
        params: z.object({ code: z.string() }),
        response: answers({ 200: explained }),
      },
    },
    request => {
      const { code } = request.params
      if (!isProblemCode(code)) throw new ApiError('not_found', { detail: 'No such problem type' })
      return { code, ...problems[code] }
    },
  )
}

function isProblemCode(code: string): code is ProblemCode {
  return Object.hasOwn(problems, code)
}
