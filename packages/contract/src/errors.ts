import { z } from 'zod'

/**
 * Every way a request can be refused: the code that ends the problem's `type`, its HTTP status and its
 * title (RFC 9457). Codes and titles are part of the contract.
 */
export const problems = {
  invalid_request: { status: 400, title: 'Invalid request body' },
  invalid_query: { status: 400, title: 'Invalid query parameters' },
  malformed_json: { status: 400, title: 'Malformed JSON' },
  bad_request: { status: 400, title: 'Bad request' },
  unauthorized: { status: 401, title: 'Unauthorized' },
  insufficient_scope: { status: 403, title: 'Insufficient scope' },
  address_not_allowed: { status: 403, title: 'Address not allowed' },
  operator_only: { status: 403, title: 'Only for the operator' },
  account_suspended: { status: 403, title: 'Account suspended' },
  invalid_link: { status: 403, title: 'Invalid or expired link' },
  minutes_cap_reached: { status: 402, title: 'Minutes of the hour or day are used up' },
  insufficient_quota: { status: 402, title: 'Insufficient quota' },
  not_found: { status: 404, title: 'Not found' },
  method_not_allowed: { status: 405, title: 'Method not allowed' },
  not_acceptable: { status: 406, title: 'Not acceptable' },
  request_timeout: { status: 408, title: 'Request timeout' },
  conflict: { status: 409, title: 'Conflict' },
  idempotency_in_progress: { status: 409, title: 'Idempotent request in progress' },
  payload_too_large: { status: 413, title: 'Payload too large' },
  uri_too_long: { status: 414, title: 'URI too long' },
  unsupported_media_type: { status: 415, title: 'Unsupported media type' },
  range_not_satisfiable: { status: 416, title: 'Range not satisfiable' },
  upgrade_required: { status: 426, title: 'Upgrade required' },
  from_number_not_owned: { status: 422, title: 'Caller number not owned' },
  destination_not_allowed: { status: 422, title: 'Destination not allowed' },
  do_not_call: { status: 422, title: 'Number on the do-not-call list' },
  consent_missing: { status: 422, title: 'No consent' },
  audio_not_usable: { status: 422, title: 'Audio not usable' },
  cloning_not_available: { status: 422, title: 'No provider clones voices' },
  language_not_available: { status: 422, title: 'Language not available' },
  idempotency_key_reused: { status: 422, title: 'Idempotency key reused' },
  frequency_cap_reached: { status: 429, title: 'Number called too often' },
  countries_cap_reached: { status: 429, title: 'Too many countries in a day' },
  concurrency_cap_reached: { status: 429, title: 'Too many calls at once' },
  rate_limited: { status: 429, title: 'Too many requests' },
  header_fields_too_large: { status: 431, title: 'Header fields too large' },
  internal: { status: 500, title: 'Internal error' },
  provider_failed: { status: 502, title: 'A provider failed' },
  draining: { status: 503, title: 'Shutting down' },
  overloaded: { status: 503, title: 'Overloaded' },
  unavailable: { status: 503, title: 'Temporarily unavailable' },
  provider_unavailable: { status: 503, title: 'No provider can hold the call' },
  outcome_unknown: { status: 504, title: 'Outcome unknown' },
} as const
export type ProblemCode = keyof typeof problems

/** One thing that is wrong with a request: where, in words, and as a word for programs. */
export const faultSchema = z.object({
  path: z
    .string()
    .meta({ description: 'Where, dotted: `request_data.name`, `leads[3].phone_number`; empty: the whole' }),
  message: z.string(),
  code: z.string(),
})
export type Fault = z.infer<typeof faultSchema>

export const problemSchema = z
  .object({
    type: z.string().meta({ description: 'URI that ends in the error code' }),
    title: z.string(),
    status: z.int(),
    detail: z.string().optional(),
    instance: z
      .string()
      .optional()
      .meta({ description: 'Id of the request, as in the `x-request-id` field' }),
    errors: z.array(faultSchema).optional().meta({ description: 'One entry per fault, all faults at once' }),
    required_scope: z.string().optional().meta({ description: 'The scope that the key lacks' }),
    needed: z.number().optional().meta({ description: 'Call minutes that the request would reserve' }),
    left: z.number().optional().meta({ description: 'Call minutes that are left' }),
    current_status: z.string().optional().meta({ description: 'The state that stands in the way' }),
  })
  .meta({ id: 'Problem', description: 'RFC 9457 problem details' })
export type Problem = z.infer<typeof problemSchema>

/** What a refusal tells beside its code. */
export interface ProblemDetail {
  readonly detail?: string
  readonly errors?: readonly Fault[]
  readonly required_scope?: string
  readonly needed?: number
  readonly left?: number
  readonly current_status?: string
  /** Becomes the `Retry-After` field, in seconds. */
  readonly retryAfterSeconds?: number
  readonly cause?: unknown
}

/** The caller's mistake, or a state in which we cannot serve: thrown anywhere, turned into HTTP in one place. */
export class ApiError extends Error {
  readonly code: ProblemCode
  readonly more: ProblemDetail

  constructor(code: ProblemCode, more: ProblemDetail = {}) {
    super(more.detail ?? problems[code].title, { cause: more.cause })
    this.name = 'ApiError'
    this.code = code
    this.more = more
  }
}
