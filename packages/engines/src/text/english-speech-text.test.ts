import { expect, test } from 'vitest'
import { englishSpeechText } from './english-speech-text.ts'

test.each([
  ['See you at 3:00 PM.', 'See you at 3 p m'],
  ['3:00 PM', '3 p m'],
  ['at 10:15', 'at 10:15'],
  ['at 15:30', 'at 3:30 p m'],
  ['at 9:00', "at 9 o'clock"],
  ['on 2025-12-24 at 3 p.m. sharp', 'on December 24, 2025 at 3 p m sharp'],
  ['on 12/24/2025', 'on December 24, 2025'],
  ['on 13/24/2025', 'on 13/24/2025'],
  ['It is $25.', 'It is $25.'],
  ['It is €30 or £1.', 'It is 30 euros or 1 pound.'],
  ['Call +1 415 555 1234', 'Call plus one, four one five, five five five, one two three four'],
  ['Call 4155551234', 'Call four one five, five five five, one two three four'],
  ['Mm-hmm. Mhm. Mm, 5 mm.', 'um hum. um hum. um, 5 millimeters.'],
  ['Hmm, let me see.', 'hum, let me see.'],
  ['order #4521', 'order number four five two one'],
  ['code 90210', 'code nine zero two one zero'],
  ['ann.lee@mail.com', 'ann dot lee at mail dot com'],
  ['“Hi” — it’s **Zoë** & José…', '"Hi", it\'s Zoe and Jose...'],
  ['日本', ''],
])('%s', (written, spoken) => {
  expect(englishSpeechText(written)).toBe(spoken)
})
