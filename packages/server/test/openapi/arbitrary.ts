import fc from 'fast-check'
import type { Described, Schema } from './operations.ts'

/** Values that a schema of the document allows. Schemas that use a keyword which is not known here throw. */

type Made = fc.Arbitrary<unknown>
type Resolve = Described['resolve']

/** How many of the fields that may be left out stand in one object: with all of them nothing would ever be accepted. */
const mostOptional = 4
/** Texts are as long as they may be now and then, else short. */
const shortText = 24

export function arbitraryOf(given: Schema, resolve: Resolve): Made {
  const schema = resolve(given)
  const { const: constant, enum: list, anyOf, oneOf, allOf } = schema
  if (Array.isArray(allOf)) {
    const { allOf: _, ...rest } = schema
    // What the other parts forbid is rare enough to be filtered out of the bodies.
    return arbitraryOf({ ...rest, ...(allOf[0] as Schema) }, resolve)
  }
  if (constant !== undefined) return fc.constant(constant)
  if (Array.isArray(list)) return fc.constantFrom(...(list as unknown[]))
  const choices = [anyOf ?? [], oneOf ?? []].flat() as Schema[]
  if (choices.length > 0) return fc.oneof(...choices.map(choice => arbitraryOf(choice, resolve)))
  const types = [schema['type'] ?? []].flat() as string[]
  if (types.length === 0) return fc.jsonValue({ maxDepth: 3 })
  return fc.oneof(...types.map(type => ofType(type, schema, resolve)))
}

function ofType(type: string, schema: Schema, resolve: Resolve): Made {
  const make = makers[type]
  if (make === undefined) throw new Error(`values of the type ${type} are not made here`)
  return make(schema, resolve)
}

const makers: Readonly<Record<string, (schema: Schema, resolve: Resolve) => Made>> = {
  null: () => fc.constant(null),
  boolean: () => fc.boolean(),
  integer: schema => fc.integer(bounds(schema, Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER)),
  number: schema => {
    const { min, max } = bounds(schema, -1e9, 1e9)
    const [least, most] = [Math.ceil(min), Math.floor(max)]
    const any = fc.double({ min, max, noNaN: true })
    return least > most ? any : fc.oneof(any, fc.integer({ min: least, max: most }))
  },
  string: schema => text(schema),
  array: (schema, resolve) => {
    const { items = {}, minItems: least = 0, maxItems: most = Infinity } = schema as ArraySchema
    const maxLength = Math.min(most, least + 3)
    return fc.array(arbitraryOf(items, resolve), { minLength: least, maxLength })
  },
  object: (schema, resolve) => object(schema, resolve),
}

interface ArraySchema {
  items?: Schema
  minItems?: number
  maxItems?: number
}

function bounds(schema: Schema, least: number, most: number): { min: number; max: number } {
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum } = schema as Record<string, number>
  return {
    min: Math.max(least, minimum ?? least, exclusiveMinimum === undefined ? least : exclusiveMinimum + 1),
    max: Math.min(most, maximum ?? most, exclusiveMaximum === undefined ? most : exclusiveMaximum - 1),
  }
}

function object(schema: Schema, resolve: Resolve): Made {
  const { properties = {}, required = [], additionalProperties, propertyNames } = schema
  const fields = properties as Record<string, Schema>
  const needed = required as string[]
  const optional = Object.keys(fields).filter(name => !needed.includes(name))
  const more = fc.subarray(optional, { maxLength: Math.min(mostOptional, optional.length) })
  const named = more.chain(names =>
    fc.record(
      Object.fromEntries([...needed, ...names].map(name => [name, arbitraryOf(fields[name] ?? {}, resolve)])),
    ),
  )
  if (additionalProperties === undefined || additionalProperties === false) return named
  const values =
    additionalProperties === true
      ? fc.jsonValue({ maxDepth: 2 })
      : arbitraryOf(additionalProperties as Schema, resolve)
  const names = propertyNames === undefined ? fc.string() : text({ ...(propertyNames as Schema) })
  const others = fc.dictionary(names.map(String), values, { maxKeys: 3 })
  return fc.tuple(named, others).map(([own, rest]) => ({ ...rest, ...own }))
}

const moment = { min: new Date('0001-01-01T00:00:00Z'), max: new Date('9999-12-31T23:59:59.999Z') }

const formats: Readonly<Record<string, fc.Arbitrary<string>>> = {
  'date-time': fc.date({ ...moment, noInvalidDate: true }).map(date => date.toISOString()),
  uuid: fc.uuid(),
  email: fc.emailAddress(),
  ipv4: fc.ipV4(),
  ipv6: fc.ipV6(),
  cidrv4: fc.tuple(fc.ipV4(), fc.integer({ min: 0, max: 32 })).map(([ip, bits]) => `${ip}/${bits}`),
  cidrv6: fc.tuple(fc.ipV6(), fc.integer({ min: 0, max: 128 })).map(([ip, bits]) => `${ip}/${bits}`),
}

/** Any text but U+0000, lone surrogates among them. */
const anyText = (o: { minLength: number; maxLength: number }): fc.Arbitrary<string> =>
  fc
    .array(
      fc.oneof(
        { weight: 6, arbitrary: fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }) },
        {
          weight: 1,
          arbitrary: fc.constantFrom('\ud800', '\udfff', '\u202e', '\ufeff', "'", '"', '\\', '{{', '%00'),
        },
      ),
      o,
    )
    .map(parts => parts.join('').replaceAll('\0', ' '))

function text(schema: Schema): Made {
  const { format, pattern, minLength = 0, maxLength = Infinity } = schema as TextSchema
  const known = formats[format ?? '']
  const fits = (value: string) =>
    value.length >= minLength &&
    value.length <= maxLength &&
    (pattern === undefined || new RegExp(pattern, 'u').test(value))
  if (known !== undefined) return known.filter(fits)
  const short = { minLength, maxLength: Math.min(maxLength, minLength + shortText) }
  if (pattern === undefined || pattern === '^[^\\0]*$') {
    const longest = fc.constant('x'.repeat(Math.min(maxLength, 100_000)))
    return fc.oneof({ weight: 20, arbitrary: anyText(short) }, { weight: 1, arbitrary: longest }).filter(fits)
  }
  return matching(pattern).filter(fits)
}

interface TextSchema {
  format?: string
  pattern?: string
  minLength?: number
  maxLength?: number
}

/** What looks ahead, fast-check can not make: those are names of hosts and of header fields. */
function matching(pattern: string): fc.Arbitrary<string> {
  if (/\(\?[=!]/.test(pattern)) return fc.oneof(fc.domain(), fc.stringMatching(/^[a-z]{3,12}$/))
  if (pattern === '^[^\\0- ]+$') return fc.webUrl({ withQueryParameters: true, withFragments: true })
  return fc.stringMatching(new RegExp(pattern, 'u'))
}
