import { expect, test } from 'vitest'
import { impossiblePace } from './speech-pace.ts'

const sentence = 'Good morning, I am calling about your appointment.'
const naturalMs = 3_000
const chinese = '您好，我打电话来确认您明天下午三点的预约是否方便，请问您可以来吗'

test.each([
  ['as people speak', { text: sentence, spokenMs: naturalMs, complete: true }, null],
  [
    'three times too fast',
    { text: sentence, spokenMs: naturalMs / 3, complete: true },
    'another sample rate',
  ],
  ['not yet complete', { text: sentence, spokenMs: naturalMs / 3, complete: false }, null],
  ['six times too slow', { text: sentence, spokenMs: naturalMs * 6, complete: false }, 'another sample rate'],
  ['a slow voice', { text: sentence, spokenMs: naturalMs * 2, complete: true }, null],
  ['a short word drawn out', { text: 'Well.', spokenMs: 3_000, complete: true }, null],
  [
    'digits read one by one',
    { text: 'Your number is 415 555 0100, is that right?', spokenMs: 12_000, complete: true },
    null,
  ],
  ['a script of whole words', { text: chinese, spokenMs: 9_000, complete: true }, null],
  ['no sound at all', { text: sentence, spokenMs: 0, complete: true }, null],
])('%s', (_, speech, found) => {
  const pace = impossiblePace(speech)
  if (found === null) expect(pace).toBe(null)
  else expect(pace).toContain(found)
})
