import { expect, test } from 'vitest'
import { fillTemplate, missingValues, textValues } from './template.ts'

const values = { name: 'John', time: '3:00 PM', trap: '{{secret}} {{name}}', secret: 'hidden', empty: '' }

test.each([
  ['Hi {{name}}, at {{ time }}?', 'Hi John, at 3:00 PM?'],
  ['{{unknown|friend}} and {{name|friend}}', 'friend and John'],
  ['{{trap}}', '{{secret}} {{name}}'],
  ['[{{empty|not used}}]', '[]'],
  ['{{unknown}}!', '!'],
  ['{{ a | b c }}', 'b c'],
  ['{name} {{}} {{{name}}}', '{name}  {John}'],
  ['{{toString|own only}} {{constructor}}', 'own only '],
])('%j becomes %j', (template, text) => {
  expect(fillTemplate(template, values)).toBe(text)
})

test('placeholders without value and fallback are named once each', () => {
  const template = '{{a}} {{b|x}} {{ a }} {{name}} {{patient name}} {{__proto__}}'
  expect(missingValues(template, values)).toEqual(['a', 'patient name', '__proto__'])
})

test('a value is cut at its limit', () => {
  expect(fillTemplate('{{long}}', { long: 'x'.repeat(5_000) })).toHaveLength(2_000)
})

test('a replacement pattern in a value is text', () => {
  expect(fillTemplate('{{price}}', { price: "$& $1 $' $$" })).toBe("$& $1 $' $$")
})

test('scalars become text, null is not given', () => {
  expect(textValues({ a: 1, b: true, c: null, ' d ': 'x' })).toEqual({ a: '1', b: 'true', d: 'x' })
})
