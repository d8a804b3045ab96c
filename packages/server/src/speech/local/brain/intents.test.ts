import { expect, it } from 'vitest'
import { intentsOf } from './intents.ts'

it.each([
  ['Yes, that works for me.', 'affirm'],
  ['Yeah, sure.', 'affirm'],
  ["I'll be there", 'affirm'],
  ['no', 'deny'],
  ["No, I can't make it", 'deny'],
  ["that doesn't work for me", 'deny'],
  ['goodbye', 'goodbye'],
  ['Who is this?', 'who'],
  ['are you a robot', 'robot'],
  ['can you repeat that please', 'repeat'],
  ["please don't call me again", 'opt_out'],
  ['sorry, you have the wrong number', 'wrong_number'],
  ['I need to reschedule', 'reschedule'],
  ['can I talk to a person', 'person'],
  ['what time is it', 'when'],
  ['hello', 'greeting'],
  ['yes speaking', 'speaking'],
])('%j means %s', (sentence, intent) => expect(intentsOf(sentence)).toContain(intent))

it('finds several meanings in one sentence', () => {
  expect(intentsOf('yes that works thank you goodbye').toSorted()).toEqual(['affirm', 'goodbye', 'thanks'])
})

it('does not hear a yes inside a no', () => {
  expect(intentsOf("no, that doesn't work")).toEqual(['deny'])
})

it.each(['colorless green ideas sleep furiously', 'the stock market fell', '', 'banana bread'])(
  'makes nothing of %j',
  sentence => expect(intentsOf(sentence)).toEqual([]),
)
