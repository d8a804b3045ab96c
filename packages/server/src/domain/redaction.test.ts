import { describe, expect, it } from 'vitest'
import { redact, redactValue } from './redaction.ts'

/** Sentences with what has to go between braces; what stands outside has to stay. */
const corpus = [
  'My e-mail is {john.smith@example.com}, thanks.',
  'Send it to {ana_maria+1@correo.example.es}.',
  "It's {john dot smith at gmail dot com}",
  'Es {ana arroba correo punto es}, gracias',
  'The card is {4111 1111 1111 1111} and it expires in May.',
  'Card number {5500-0000-0000-0004}.',
  '{378282246310005} is my Amex',
  'It is {four one one one one one one one one one one one one one one one}',
  'My social is {123-45-6789}.',
  'social security {one two three, four five, six seven eight nine}',
  'Call me at {+1 415 555 1234}.',
  'My number is {(415) 555-1234}, any time.',
  'Reach me on {415.555.1234}',
  "It's {four one five, double five five one two three four}",
  'Mi teléfono es {seis uno dos tres cuatro cinco seis siete ocho}',
  'Meine Nummer ist {null eins sieben sechs eins zwei drei vier fünf}',
  'The account is {DE89 3704 0044 0532 0130 00}.',
  'IBAN {GB29NWBK60161331926819}',
  'The CVV is {123}.',
  'The security code is {4321}',
  'My pin is {0042}',
  'Policy number {83749201} please',
  'See you on 24.12.2026 at 3.',
  'That is 2026-12-24 15:30 then.',
  'It costs 1,250.00 dollars',
  'We meet at 10:30, room 204.',
  'He is 42 years old and has two or three children.',
  'I have one, two, three of them.',
  'The year 2026 was good.',
  'Are you at home? Look at the dot on the map.',
  'Nine one one is an emergency.',
  'It opens from 9 to 5, Monday to Friday.',
  'Order 12345 has arrived.',
  'Yes, that works for me.',
]

const tag = /\[(email|card|number|ssn|iban|code)\]/gu

describe('redact', () => {
  it.each(corpus)('%s', sentence => {
    const expected = sentence.replaceAll(/\{[^}]*\}/gu, '#')
    expect(redact(sentence.replaceAll(/[{}]/gu, '')).replaceAll(tag, '#')).toBe(expected)
  })

  it('names what it took', () => {
    expect(redact('4111 1111 1111 1111, a@b.co, 123-45-6789, +14155551234')).toBe(
      '[card], [email], [ssn], [number]',
    )
  })

  it.each(['1 ', 'a dot ', 'a@', 'DE89 ', 'double ', 'one, ', 'pin is '])(
    'comes to an end with half a megabyte of %j',
    evil => expect(redact(evil.repeat(500_000 / evil.length)).length).toBeGreaterThan(0),
  )

  it('reaches into values', () => {
    expect(redactValue({ a: ['+14155551234', 7, 4155551234], b: { c: 'x@y.org' }, d: null })).toEqual({
      a: ['[number]', 7, '[number]'],
      b: { c: '[email]' },
      d: null,
    })
  })
})
