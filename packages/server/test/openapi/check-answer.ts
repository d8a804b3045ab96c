import { problems } from '@parley/contract/errors'
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import type { OpenAPIV3_1 } from 'openapi-types'
import type { Described, Operation, Schema } from './operations.ts'
import type { Answered } from './raw-request.ts'

/** What is wrong with an answer, by the document and the rules for all of them; null where nothing is. */
export type CheckAnswer = (operation: Operation, answer: Answered) => string | null

export interface Checks {
  readonly answer: CheckAnswer
  /** Whether the document allows the body. */
  readonly allows: (operation: Operation, body: unknown) => boolean
}

const slowMs = 5_000

export function checksBy({ document }: Described): Checks {
  const ajv = new Ajv2020({ strict: false, logger: false, validateFormats: true })
  addFormats.default(ajv, ['date-time', 'uuid', 'ipv4', 'ipv6', 'email'])
  const validators = new Map<Schema, ValidateFunction>()
  const validatorOf = (schema: Schema): ValidateFunction => {
    const known = validators.get(schema)
    if (known !== undefined) return known
    const made = ajv.compile({ ...schema, components: document.components })
    validators.set(schema, made)
    return made
  }
  const faultIn = (schema: Schema, value: unknown): string | null => {
    const validate = validatorOf(schema)
    return validate(value) ? null : ajv.errorsText(validate.errors)
  }
  return {
    allows: ({ body }, value) => body === null || faultIn(body.schema, value) === null,
    answer(operation, answer) {
      const { status, ms } = answer
      if (status >= 500 && status !== 503) return `${status}: ${answer.text}`
      if (ms > slowMs) return `answered after ${Math.round(ms)} ms`
      const described = describedAnswer(operation, status)
      if (described === null) return `${status} is not documented`
      if (status >= 400) return problemFault(answer)
      const schema = described.content?.['application/json']?.schema as Schema | undefined
      if (schema === undefined) return status === 204 && answer.text !== '' ? 'a body with 204' : null
      return faultIn(schema, JSON.parse(answer.text))
    },
  }
}

function describedAnswer(operation: Operation, status: number): OpenAPIV3_1.ResponseObject | null {
  const found = operation.answers[String(status)] ?? operation.answers[`${String(status)[0]}XX`]
  return (found as OpenAPIV3_1.ResponseObject | undefined) ?? null
}

/** RFC 9457, with the fields that the contract fixes. */
export function problemFault({ status, headers, text }: Answered): string | null {
  if (!String(headers['content-type']).startsWith('application/problem+json'))
    return `${status} as ${String(headers['content-type'])}: ${text}`
  if (/\n\s+at |node_modules|\.ts:\d/.test(text)) return `it shows our code: ${text}`
  const problem = JSON.parse(text) as Record<string, unknown>
  const { code, ...known } = kindOf(problem['type'])
  const told = { status: problem['status'], title: problem['title'], instance: problem['instance'] }
  const right = { ...known, instance: headers['x-request-id'] }
  if (known.status !== status || JSON.stringify(told) !== JSON.stringify(right))
    return `type, title, status and instance do not fit together: ${text}`
  const faults = problem['errors']
  const isSilent = code === 'invalid_request' && !(Array.isArray(faults) && faults.length > 0)
  return isSilent ? `a body refused without saying why: ${text}` : null
}

/** What its type says that a problem is. */
function kindOf(type: unknown): { code: string; status?: number; title?: string } {
  const code = /\/errors\/(\w+)$/.exec(String(type))?.[1] ?? ''
  const known = Object.entries(problems).find(([name]) => name === code)?.[1]
  return { code, ...known }
}

/** Whether one of the faults that a problem tells is at `path`, around it or in it. */
export function namesFault(text: string, path: readonly (string | number)[]): boolean {
  const { errors } = JSON.parse(text) as { errors?: readonly { path: string }[] }
  const at = path.reduce<string>(
    (before, part) =>
      typeof part === 'number' ? `${before}[${part}]` : before === '' ? part : `${before}.${part}`,
    '',
  )
  const isIn = (inner: string, outer: string) =>
    outer === '' || inner === outer || inner.startsWith(`${outer}.`) || inner.startsWith(`${outer}[`)
  return (errors ?? []).some(fault => isIn(fault.path, at) || (fault.path !== '' && isIn(at, fault.path)))
}
