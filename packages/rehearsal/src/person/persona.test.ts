import { readdir } from 'node:fs/promises'
import { describe, expect, test } from 'vitest'
import { chooseRule, plainWords, type Situation } from './choose-rule.ts'
import { loadPersona } from './load-persona.ts'
import { PersonaInvalid, readPersona } from './persona.ts'

describe('reading a persona', () => {
  test('every shipped persona is valid and carries its own name', async () => {
    const files = await readdir(new URL('../../personas/', import.meta.url))
    expect(files.length).toBeGreaterThanOrEqual(12)
    for (const file of files) {
      const name = file.replace(/\.json$/, '')
      expect((await loadPersona(name)).name).toBe(name)
    }
  })

  test('names every fault at once', () => {
    const faulty = {
      nmae: 'x',
      answer: { does: 'refuses', status: 200 },
      rules: [{ when: { hears: [] } }],
    }
    expect(() => readPersona(faulty, 'x.json')).toThrow(PersonaInvalid)
    const message = ((): string => {
      try {
        readPersona(faulty, 'x.json')
        return ''
      } catch (error) {
        return String(error)
      }
    })()
    expect(message).toMatch(/x\.json/)
    expect(message).toMatch(/name/)
    expect(message).toMatch(/nmae/)
    expect(message).toMatch(/answer\.status/)
    expect(message).toMatch(/rules\.0\.when\.hears/)
  })

  test('a rule that does nothing is a mistake', () => {
    const idle = { name: 'x', rules: [{ when: { hears: 'greeting' } }] }
    expect(() => readPersona(idle, 'x')).toThrow(/something to do/)
  })

  test('a file that is not there, and one that is no JSON', async () => {
    await expect(loadPersona('/nowhere/at-all.json')).rejects.toThrow(PersonaInvalid)
    await expect(loadPersona(new URL(import.meta.url).pathname)).rejects.toThrow(/not JSON/)
  })
})

const turn = (nth: number, text: string): Situation => ({ type: 'turn', nth, text })
const silence = (lastedMs: number): Situation => ({ type: 'silence', nth: 1, lastedMs })

describe('choosing a rule', () => {
  const { rules } = readPersona(
    {
      name: 'x',
      rules: [
        { when: { hears: ['good bye', 'bye'] }, say: 'bye' },
        { when: { hears: 'greeting' }, say: 'hello' },
        { when: { hears: 'anything', nth: 3 }, say: 'third', times: 2 },
        { when: { hears: 'silence', after_ms: 1_000 }, say: 'hm' },
      ],
    },
    'x',
  )

  test.each([
    { it: 'a phrase at the end', situation: turn(2, 'Well: good-bye!'), index: 0 },
    { it: 'no phrase inside a word', situation: turn(2, 'bygone byes'), index: null },
    { it: 'the first turn', situation: turn(1, 'hi'), index: 1 },
    { it: 'used up', situation: turn(1, 'hi'), used: [0, 1], index: null },
    { it: 'by number, again', situation: turn(3, ''), used: [0, 0, 1], index: 2 },
    { it: 'too short a silence', situation: silence(999), index: null },
    { it: 'silence', situation: silence(1_000), index: 3 },
  ])('$it', ({ situation, used = [], index }) => {
    expect(chooseRule(rules, situation, used)).toBe(index)
  })

  test('words are compared without case and punctuation', () => {
    expect(plainWords('It’s 3:00 PM, OK?')).toBe(" it's 3 00 pm ok ")
  })
})
