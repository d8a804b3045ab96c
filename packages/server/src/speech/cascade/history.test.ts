import { expect, test } from 'vitest'
import { History } from './history.ts'

test('replies are told as they were heard, in their place', () => {
  const history = new History()
  history.addPiece('a', { offsetMs: 0, text: 'Hi John.' })
  history.addPiece('a', { offsetMs: 500, text: 'This is Sarah.' })
  history.reach('a', 1500)
  history.add({ role: 'user', text: 'who?' })
  history.addPiece('b', { offsetMs: 0, text: 'Sarah.' })
  history.reach('b', 400)
  expect(history.messages()).toEqual([
    { role: 'assistant', text: 'Hi John. This is Sarah.' },
    { role: 'user', text: 'who?' },
    { role: 'assistant', text: 'Sarah.' },
  ])
  history.cut('a', 500)
  history.cut('b', 0)
  history.cut('nobody', 0)
  expect(history.messages()).toEqual([
    { role: 'assistant', text: 'Hi John.' },
    { role: 'user', text: 'who?' },
  ])
})
