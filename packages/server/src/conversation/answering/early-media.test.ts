import { expect, test } from 'vitest'
import { type EarlyEvent, type EarlyVerdict, judgeEarly, nothingEarly } from './early-media.ts'

const nobodyThere = 'The subscriber you are calling is not available'
const words = (text: string): EarlyEvent => ({ type: 'words', text, durationMs: 4_000 })
const fourTones = (hz: number, onMs: number, offMs: number): EarlyEvent[] =>
  Array.from({ length: 4 }, (_, i) => {
    const fromMs = 1_000 + i * (onMs + offMs)
    return { type: 'tone', tone: { frequencyHz: hz, fromMs, toMs: fromMs + onMs } }
  })
const sit = [950, 1_400, 1_800].map((frequencyHz, i): EarlyEvent => {
  const fromMs = 500 + i * 330
  return { type: 'tone', tone: { frequencyHz, fromMs, toMs: fromMs + 330 } }
})

test.each([
  ['ringing', fourTones(0, 2_000, 4_000), null],
  ['busy', fourTones(0, 500, 500), 'busy'],
  ['congestion', fourTones(0, 250, 250), 'congested'],
  ['rising tones', sit, 'not_connected'],
  ['a dead number', [words('The number you have dialed is not in service')], 'invalid_number'],
  [
    'words in two pieces',
    [words('the number you have'), words('dialed is not in service')],
    'invalid_number',
  ],
  ['nobody there', [words(nobodyThere)], 'unreachable'],
  ['a mailbox', [words('Please leave a message after the tone')], 'mailbox'],
  ['a ringing melody', [words('hello my baby')], null],
] as const)('%s', (_, events, expected) => {
  expect(verdictOn(events, false)).toBe(expected)
})

test('who is not there may have a mailbox that is waited for', () => {
  expect(verdictOn([words(nobodyThere)], true)).toBeNull()
  expect(verdictOn([words(nobodyThere), words('Please leave a message after the tone')], true)).toBe(
    'mailbox',
  )
})

function verdictOn(events: readonly EarlyEvent[], awaitsMailbox: boolean): EarlyVerdict | null {
  let early = nothingEarly
  for (const event of events) {
    const [next, verdict] = judgeEarly(early, event, { fastBusy: false, awaitsMailbox })
    if (verdict !== null) return verdict
    early = next
  }
  return null
}
