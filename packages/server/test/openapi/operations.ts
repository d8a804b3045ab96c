import type { OpenAPIV3_1 } from 'openapi-types'
import type { TestApi } from '../http-api.ts'

/** What the served document says of one method of one path. */
export interface Operation {
  /** `POST /v1/calls/{id}/stop` */
  readonly name: string
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  readonly path: string
  /** Scope that a key must have; `null`: any key will do; 'public': none is needed. */
  readonly scope: string | null
  /** Statuses of success; 101 of a WebSocket. */
  readonly successes: readonly number[]
  /** Null: takes no body. */
  readonly body: OperationBody | null
  readonly answers: OpenAPIV3_1.ResponsesObject
  readonly parameters: readonly OpenAPIV3_1.ParameterObject[]
  /** What has to stand in the query, by the examples; `?from=1`, or empty. */
  readonly query: string
}

export interface OperationBody {
  readonly type: string
  readonly schema: Schema
  readonly examples: readonly unknown[]
}

export type Schema = Readonly<Record<string, unknown>>

export interface Described {
  readonly operations: readonly Operation[]
  readonly document: OpenAPIV3_1.Document
  /** Follows `$ref`. */
  readonly resolve: (schema: Schema) => Schema
}

const methods = ['get', 'post', 'put', 'patch', 'delete'] as const

/** Reads the document that the API serves. */
export async function describedBy(api: TestApi): Promise<Described> {
  const { body } = await api.send('GET', '/openapi.json', { key: '' })
  const document = body as OpenAPIV3_1.Document
  const resolve = (schema: Schema): Schema => {
    const name = /^#\/components\/schemas\/(.+)$/.exec(String(schema['$ref']))?.[1]
    return name === undefined ? schema : ((document.components?.schemas?.[name] ?? {}) as Schema)
  }
  const operations = Object.entries(document.paths ?? {}).flatMap(([path, item]) =>
    methods.flatMap(method => {
      const described = item?.[method]
      return described === undefined ? [] : [operation({ method, path, described, resolve })]
    }),
  )
  return { operations, document, resolve }
}

function operation(o: {
  method: (typeof methods)[number]
  path: string
  described: OpenAPIV3_1.OperationObject
  resolve: Described['resolve']
}): Operation {
  const { path, described, resolve } = o
  const method = o.method.toUpperCase() as Operation['method']
  const [required] = described.security ?? []
  const answers = described.responses ?? {}
  const parameters = (described.parameters ?? []) as OpenAPIV3_1.ParameterObject[]
  return {
    name: `${method} ${path}`,
    method,
    path,
    scope: required === undefined ? 'public' : (required['apiKey']?.[0] ?? null),
    successes: Object.keys(answers)
      .map(Number)
      .filter(status => status >= 100 && status < 300),
    body: bodyOf(described.requestBody as OpenAPIV3_1.RequestBodyObject | undefined, resolve),
    answers,
    parameters,
    query: queryOf(parameters),
  }
}

function queryOf(parameters: readonly OpenAPIV3_1.ParameterObject[]): string {
  const needed = parameters.filter(({ in: place, required }) => place === 'query' && required)
  const pairs = needed.map(({ name, example, schema }): [string, string] => {
    const { examples = [] } = (schema ?? {}) as { examples?: unknown[] }
    return [name, String(example ?? examples[0])]
  })
  return pairs.length === 0 ? '' : `?${new URLSearchParams(pairs).toString()}`
}

function bodyOf(
  described: OpenAPIV3_1.RequestBodyObject | undefined,
  resolve: Described['resolve'],
): OperationBody | null {
  const [type, media] = Object.entries(described?.content ?? {})[0] ?? []
  if (type === undefined || media === undefined) return null
  const schema = (media.schema ?? {}) as Schema
  const given = media.example === undefined ? [] : [media.example as unknown]
  return { type, schema, examples: [...given, ...examplesIn(schema, resolve)] }
}

/** Of the schema itself, or of what it leaves a choice of. A body without fields has one by its nature. */
function examplesIn(schema: Schema, resolve: Described['resolve']): unknown[] {
  const { examples, anyOf, oneOf, properties, type } = resolve(schema)
  if (Array.isArray(examples)) return examples as unknown[]
  if (type === 'object' && Object.keys(properties ?? {}).length === 0) return [{}]
  return [anyOf ?? [], oneOf ?? []].flat().flatMap(choice => examplesIn(choice as Schema, resolve))
}
