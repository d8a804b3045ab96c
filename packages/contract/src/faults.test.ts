import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { dotted, faultsOf, readFields } from './faults.ts'
import { isKeepable, phoneMessage } from './fields.ts'
import { placeCallSchema } from './place-call.ts'

test('paths are dotted, with indexes in brackets', () => {
  expect(dotted(['leads', 3, 'phone_number'])).toBe('leads[3].phone_number')
  expect(dotted([0])).toBe('[0]')
  expect(dotted([])).toBe('')
})

describe('every fault of a body is told at once', () => {
  const body = {
    phone_number: '4155551234',
    task: 'short',
    temperature: 3,
    max_duration: 0.1,
    stt_language: 'not a tag',
    request_data: { name: { nested: true } },
    webhook_url: 'ftp://example.com/x',
    webhook_events: ['call.completed', 'call.imagined'],
    frist_sentence: 'Hello',
  }
  const { faults, fields } = readFields(placeCallSchema, body)
  test.each([
    ['phone_number', 'invalid_format'],
    ['task', 'too_small'],
    ['temperature', 'too_big'],
    ['max_duration', 'too_small'],
    ['stt_language', 'invalid_value'],
    ['request_data.name', 'invalid_union'],
    ['webhook_url', 'invalid_format'],
    ['webhook_events[1]', 'invalid_format'],
    ['frist_sentence', 'unrecognized_key'],
  ])('%s: %s', (path, code) => {
    expect(faults).toContainEqual(expect.objectContaining({ path, code }))
  })
  test('and nothing else', () => {
    expect(faults).toHaveLength(9)
    expect(fields).toMatchObject({ mode: 'realtime', record: true })
    expect(fields).not.toHaveProperty('phone_number')
  })
})

test.each([undefined, null, 5, ['x']])('a body that is %j is one fault of the whole', body => {
  const { faults } = readFields(placeCallSchema, body)
  expect(faults).toMatchObject([{ path: '' }])
})

test('a missing phone number is told in the words of a wrong one', () => {
  const { faults } = readFields(placeCallSchema, { task: 'Call them, please.' })
  expect(faults).toEqual([{ path: 'phone_number', message: phoneMessage, code: 'required' }])
})

test('a custom fault may name its code', () => {
  const schema = z.string().refine(() => false, { error: 'no', params: { code: 'never' } })
  expect(faultsOf(schema.safeParse('x').error!)).toEqual([{ path: '', message: 'no', code: 'never' }])
})

test.each([
  [{ a: 'fine \\u0000 text' }, true],
  [{ a: 'a\0b' }, false],
  [{ a: '\uD800' }, false],
  [{ a: '😀' }, true],
  [{ a: 'x'.repeat(200) }, false],
  [JSON.parse('[['.repeat(20) + ']]'.repeat(20)), false],
])('%j can be kept: %s', (value, keepable) => {
  expect(isKeepable(value, 100)).toBe(keepable)
})
