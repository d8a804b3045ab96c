import { expect, it } from 'vitest'
import { readGoal, spokenDay } from './goal.ts'

it('reads an instruction with data', () => {
  const goal = readGoal(
    "You are Sarah, a friendly appointment coordinator at Bright Dental. Your goal is to confirm John Smith's appointment on 2025-12-24 at 3:00 PM. Be warm, professional, and concise.",
    { patient_name: 'John Smith', appointment_date: '2025-12-24', appointment_time: '3:00 PM' },
  )
  expect(goal).toMatchObject({
    agentName: 'Sarah',
    organisation: 'Bright Dental',
    calleeName: 'John Smith',
    subject: 'your appointment',
    kind: 'confirm',
    day: 'Wednesday, December 24',
    time: '3:00 PM',
  })
})

it('reads a plain task', () => {
  expect(
    readGoal("Call to confirm John's dental appointment tomorrow at 3 PM. Be friendly.", {}),
  ).toMatchObject({
    agentName: null,
    calleeName: 'John',
    subject: 'your dental appointment',
    day: 'tomorrow',
    time: '3 PM',
  })
})

it('makes do with a prompt that says little', () => {
  expect(readGoal('Be nice to people.', {})).toMatchObject({
    kind: 'inform',
    subject: 'this call',
    day: null,
  })
})

it.each([
  ['2025-12-24', 'Wednesday, December 24'],
  ['next Friday', 'next Friday'],
  ['2025-99-99', '2025-99-99'],
  ['', null],
])('speaks the day %j', (text, spoken) => expect(spokenDay(text)).toBe(spoken))
