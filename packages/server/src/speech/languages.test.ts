import { expect, test } from 'vitest'
import { localeOf } from './languages.ts'

test.each([
  ['es', 'es-ES'],
  ['es-419', 'es-ES'],
  ['es-MX', 'es-MX'],
  ['en', 'en-US'],
  ['pt', 'pt-BR'],
  ['zh', 'zh-CN'],
  ['zh-Hant-TW', 'zh-TW'],
])('%s is %s', (tag, locale) => {
  expect(localeOf(tag)).toBe(locale)
})
