import { ApiError } from '@parley/contract/errors'
import { faultsOf } from '@parley/contract/faults'
import type { FastifySchemaCompiler } from 'fastify'
import type { z } from 'zod'

/** Checks every part of a request by its schema, and refuses it with all faults at once. */
export const validatorCompiler: FastifySchemaCompiler<z.ZodType> = ({ schema, httpPart }) => {
  return data => {
    const read = schema.safeParse(data, { reportInput: true })
    if (read.success) return { value: read.data }
    const code = httpPart === 'body' ? 'invalid_request' : 'invalid_query'
    return { error: new ApiError(code, { errors: faultsOf(read.error) }) }
  }
}

/** For bodies that are checked further in, together with what no schema can say. */
export function leaveUnchecked(): (data: unknown) => { value: unknown } {
  return data => ({ value: data })
}

/** For lists: an unusable cursor is the caller's mistake. */
export function refuseCursor(error: unknown): never {
  if (!(error instanceof RangeError)) throw error
  throw new ApiError('invalid_query', {
    errors: [{ path: 'cursor', message: 'Not a cursor of this list', code: 'invalid_value' }],
  })
}
