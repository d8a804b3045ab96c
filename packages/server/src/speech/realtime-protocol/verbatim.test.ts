import { expect, test } from 'vitest'
import { isVerbatim } from './verbatim.ts'

test.each([
  ['Hi John, this is Sarah.', 'hi john this is sarah', true],
  ["I'm calling about your appointment.", 'I’m calling about your appointment.', true],
  ['See you tomorrow at 3:00 PM, John Smith.', 'See you tomorrow at 3 PM, John Smith.', true],
  ['¿Cómo estás, José?', 'Como estas Jose', true],
  ['Hi John, this is Sarah.', 'Hello! How may I help you today?', false],
  ['Hi John, this is Sarah.', '', false],
  ['Hi John, this is Sarah.', 'Hi John, this is Sarah. And now let me tell you a story.', false],
  ['', '', true],
])('%j spoken as %j: %s', (wanted, ...[spoken, expected]) => {
  expect(isVerbatim(wanted, spoken)).toBe(expected)
})
