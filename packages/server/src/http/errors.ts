import { ApiError, type Problem, type ProblemCode, problems } from '@parley/contract/errors'
import type { FastifyBaseLogger, FastifyError, FastifyReply, FastifyRequest } from 'fastify'
import { isOutOfReach } from '../store/reach.ts'

/** The one place where trouble becomes HTTP: RFC 9457 problem details. */

export const problemType = 'application/problem+json'

export function problemOf(error: ApiError, o: { publicUrl: string; instance: string }): Problem {
  const { status, title } = problems[error.code]
  const { retryAfterSeconds: _header, cause: _cause, errors, ...more } = error.more
  return {
    type: `${o.publicUrl}/errors/${error.code}`,
    title,
    status,
    ...more,
    instance: o.instance,
    ...(errors ? { errors: [...errors] } : {}),
  }
}

export function sendProblem(reply: FastifyReply, error: ApiError, publicUrl: string): FastifyReply {
  const problem = problemOf(error, { publicUrl, instance: reply.request.id })
  const { retryAfterSeconds } = error.more
  if (retryAfterSeconds !== undefined) reply.header('retry-after', String(retryAfterSeconds))
  if (problem.status === 401) reply.header('www-authenticate', 'Bearer')
  return reply.code(problem.status).type(problemType).send(JSON.stringify(problem))
}

export function errorHandler(o: { publicUrl: string; log: FastifyBaseLogger }) {
  return (thrown: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply => {
    const error = apiErrorOf(thrown)
    if (error.code === 'internal' || error.code === 'unavailable') {
      const level = error.code === 'internal' ? 'error' : 'warn'
      o.log[level](
        { err: thrown, request_id: request.id, route: request.routeOptions.url },
        'a request failed',
      )
    }
    return sendProblem(reply, error, o.publicUrl)
  }
}

/** What Fastify itself refuses, by its own codes. */
const refusals: Readonly<Record<string, ProblemCode>> = {
  FST_ERR_CTP_INVALID_JSON_BODY: 'malformed_json',
  FST_ERR_CTP_EMPTY_JSON_BODY: 'malformed_json',
  FST_ERR_CTP_BODY_TOO_LARGE: 'payload_too_large',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'unsupported_media_type',
  FST_ERR_MAX_PARAM_LENGTH: 'uri_too_long',
}

export function apiErrorOf(thrown: unknown): ApiError {
  if (thrown instanceof ApiError) return thrown
  const { code, statusCode } = (thrown ?? {}) as Partial<FastifyError>
  const refusal = refusals[code ?? '']
  if (refusal !== undefined) return new ApiError(refusal, { cause: thrown })
  if (statusCode !== undefined && statusCode >= 400 && statusCode < 500) {
    return new ApiError('bad_request', { cause: thrown })
  }
  // Suspended by somebody between the look at the settings and the call's row (migrations/0032-balance.sql).
  if (code === 'PLSUS') return new ApiError('account_suspended', { cause: thrown })
  if (isOutOfReach(thrown)) {
    const detail = 'The database cannot be reached now; nothing was changed'
    return new ApiError('unavailable', { detail, retryAfterSeconds: 2, cause: thrown })
  }
  if (code === queryCanceled) {
    const detail = 'The database took too long. Ask for less, e.g. a shorter time, or again later'
    return new ApiError('unavailable', { detail, retryAfterSeconds: 30, cause: thrown })
  }
  return new ApiError('internal', { cause: thrown })
}

/** SQLSTATE of a statement that ran for longer than any may. */
const queryCanceled = '57014'
