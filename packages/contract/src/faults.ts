import type { z } from 'zod'
import type { Fault } from './errors.ts'

type Issue = z.core.$ZodIssue

/** Schema violations as the API tells them: one entry per fault, unknown fields one by one. */
export function faultsOf(error: z.ZodError): Fault[] {
  return error.issues.flatMap(faultsOfIssue)
}

function faultsOfIssue(issue: Issue): Fault[] {
  if (issue.code !== 'unrecognized_keys') {
    return [{ path: dotted(issue.path), message: issue.message, code: codeOf(issue) }]
  }
  return issue.keys.map(key => ({
    path: dotted([...issue.path, key]),
    message: `Unrecognized field "${key}"`,
    code: 'unrecognized_key',
  }))
}

function codeOf(issue: Issue): string {
  if (issue.code === 'custom') {
    const code: unknown = issue.params?.code
    return typeof code === 'string' ? code : 'invalid_value'
  }
  return issue.code === 'invalid_type' && issue.input === undefined ? 'required' : issue.code
}

/** `['leads', 3, 'phone_number']` as `leads[3].phone_number`. */
export function dotted(path: readonly PropertyKey[]): string {
  return path.reduce<string>((before, part) => {
    if (typeof part === 'number') return `${before}[${part}]`
    return before === '' ? String(part) : `${before}.${String(part)}`
  }, '')
}

/**
 * Reads an object field by field: what is valid comes back even where other fields are not, so that
 * questions beyond the schema can be asked of it, and all faults be told at once.
 */
export function readFields<Shape extends z.core.$ZodLooseShape>(
  schema: z.ZodObject<Shape>,
  body: unknown,
): { fields: Partial<z.output<z.ZodObject<Shape>>>; faults: Fault[] } {
  const whole = schema.safeParse(body, { reportInput: true })
  if (whole.success) return { fields: whole.data as Partial<z.output<z.ZodObject<Shape>>>, faults: [] }
  const fields: Record<string, unknown> = {}
  if (isRecord(body)) {
    for (const [name, field] of Object.entries(schema.shape as Record<string, z.ZodType>)) {
      const read = field.safeParse(body[name])
      if (read.success) fields[name] = read.data
    }
  }
  return { fields: fields as Partial<z.output<z.ZodObject<Shape>>>, faults: faultsOf(whole.error) }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
