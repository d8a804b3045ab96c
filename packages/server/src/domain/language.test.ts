import { expect, test } from 'vitest'
import { canonicalLanguage, understands } from './language.ts'

test.each([
  [['en-US'], 'en-US', true],
  [['en'], 'en-GB', true],
  [['en-US'], 'en', true],
  [['en-US'], 'en-GB', false],
  [['en'], 'enm', false],
  [[], 'en', false],
])('%j understands %s: %s', (languages, wanted, expected) => {
  expect(understands(languages, wanted)).toBe(expected)
})

test('tags have one spelling', () => {
  expect(canonicalLanguage('ES-es')).toBe('es-ES')
})
