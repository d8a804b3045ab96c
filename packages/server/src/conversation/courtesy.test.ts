import { describe, expect, test } from 'vitest'
import { isCourtesy, saysGoodbye } from './courtesy.ts'

describe('the agent says goodbye', () => {
  test.each([
    'Thank you, John. Goodbye.',
    'Have a wonderful rest of your day!',
    'Talk to you soon.',
    'Gracias, ¡hasta luego!',
    'Merci, au revoir.',
    'Vielen Dank, auf Wiederhören.',
  ])('%s', text => {
    expect(saysGoodbye(text)).toBe(true)
  })

  test.each(['Great, your appointment is confirmed.', 'One moment please.', 'I will note that.', ''])(
    'not in: %s',
    text => {
      expect(saysGoodbye(text)).toBe(false)
    },
  )
})

describe('the callee only takes leave', () => {
  test.each([
    'Bye',
    'Okay, thanks, bye bye',
    'Thank you so much, you too',
    'All right, have a nice day',
    "That's great, thanks",
    'Yes',
    'Perfect, see you on Tuesday, bye',
    'Gracias, igualmente',
    'Danke, tschüss',
  ])('%s', text => {
    expect(isCourtesy(text)).toBe(true)
  })

  test.each([
    'Wait',
    'Is there any parking',
    'Thank you, what time was it again?',
    'Bye, oh actually one more thing',
    'I need to change the date',
    'Thanks but can I bring my son',
    'My wife is coming along',
    'Espere, una pregunta',
  ])('not with: %s', text => {
    expect(isCourtesy(text)).toBe(false)
  })
})
