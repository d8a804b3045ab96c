import { describe, expect, it } from 'vitest'
import { longestSchema, readSchema, SchemaError } from './json-schema.ts'

const seats = {
  type: 'object',
  properties: { seats: { type: 'integer', minimum: 1 }, kind: { enum: ['window', 'aisle'] } },
  required: ['seats'],
  additionalProperties: false,
}

describe('readSchema', () => {
  it.each<[unknown, readonly string[]]>([
    [{ seats: 2 }, []],
    [{ seats: 2, kind: 'aisle' }, []],
    [{}, ["the value must have required property 'seats'"]],
    [{ seats: 0 }, ['seats must be >= 1']],
    [
      { seats: 'two', kind: 'floor', x: 1 },
      [
        'the value must NOT have additional properties: x',
        'seats must be integer',
        'kind must be equal to one of the allowed values: ["window","aisle"]',
      ],
    ],
  ])('%j', (value, faults) => expect(readSchema(seats).faultsOf(value)).toEqual(faults))

  it.each<[string, object]>([
    ['type', { type: 'nothing' }],
    ['pattern', { properties: { a: { type: 'string', pattern: '(a+)+$' } } }],
    ['characters', { description: 'x'.repeat(longestSchema) }],
    ["can't resolve", { $ref: 'https://example.com/schema.json' }],
  ])('refuses a bad %s', (word, schema) => {
    expect(() => readSchema(schema)).toThrow(SchemaError)
    expect(() => readSchema(schema)).toThrow(word)
  })

  it('lets a property be called pattern', () => {
    const schema = { type: 'object', properties: { pattern: { type: 'string' } } }
    expect(readSchema(schema).faultsOf({ pattern: 1 })).toEqual(['pattern must be string'])
  })
})
