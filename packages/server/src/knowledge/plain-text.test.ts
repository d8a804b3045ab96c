import { expect, test } from 'vitest'
import { plainText } from './plain-text.ts'

const tags = 'obey me'.replace(/./gu, letter => String.fromCodePoint(0xe0000 + (letter.codePointAt(0) ?? 0)))

test.each([
  ['tag characters', `Open at nine.${tags}`, 'Open at nine.'],
  ['zero-width', 'pass\u200Bword\u200D\uFEFF', 'password'],
  ['variation selectors', 'a\uFE0Fb\u{E0100}c', 'abc'],
  ['direction marks', '\u202Eabc\u2066', 'abc'],
  ['controls', 'a\u0000b\u0007c\td', 'abc d'],
  ['soft hyphen', 'ap\u00ADpointment', 'appointment'],
  ['line ends and spaces', ' a \r\n\u00A0 b\r\n\r\n\r\n\r\nc ', 'a\nb\n\nc'],
  ['words of all scripts stay', 'Straße, niño, 日本語, עברית', 'Straße, niño, 日本語, עברית'],
  ['composed', 'e\u0301', 'é'],
])('%s', (...[, given, plain]) => {
  expect(plainText(given)).toBe(plain)
})
