import { problemSchema } from '@parley/contract/errors'
import type { z } from 'zod'
import { problemType } from './errors.ts'

const problem = (description: string) => ({
  description,
  content: { [problemType]: { schema: problemSchema } },
})

/** What a route answers: its own bodies by status, and problems for all that goes wrong. */
export function answers<Bodies extends Record<number, z.ZodType>>(bodies: Bodies) {
  return {
    ...bodies,
    '4xx': problem('The request is refused'),
    '5xx': problem('The request cannot be served'),
  }
}
