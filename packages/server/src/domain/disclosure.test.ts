import { describe, expect, it } from 'vitest'
import { disclosureLanguages, disclosureText, type DisclosureTerms } from './disclosure.ts'

const ai = 'This is an AI assistant calling.'
const recording = 'This call is recorded.'
const none: DisclosureTerms = { asked: undefined, demanded: undefined, recorded: true, language: 'en-US' }

describe('disclosureText', () => {
  it.each<[string, Partial<DisclosureTerms>, string | null]>([
    ['owes nothing unasked', {}, ''],
    ['says what is asked', { asked: { ai: true, recording: true } }, `${ai} ${recording}`],
    ['says what is demanded', { demanded: { ai: true } }, ai],
    ['can not be asked away', { asked: { ai: false, recording: false }, demanded: { ai: true } }, ai],
    [
      'takes other words',
      { asked: { ai: true, recording: true, text: 'I am a computer.' } },
      'I am a computer.',
    ],
    [
      'adds what is demanded to other words',
      { asked: { ai: true, recording: false, text: 'Hi.' }, demanded: { ai: true, recording: true } },
      `Hi. ${ai} ${recording}`,
    ],
    ['does not claim a recording', { asked: { ai: false, recording: true }, recorded: false }, ''],
    ['speaks the language', { demanded: { recording: true }, language: 'es-MX' }, 'Esta llamada se graba.'],
    ['has no words', { demanded: { ai: true }, language: 'fi-FI' }, null],
    [
      'needs none of its own',
      { asked: { ai: true, recording: false, text: 'Hei.' }, language: 'fi' },
      'Hei.',
    ],
  ])('%s', (_, terms, expected) => expect(disclosureText({ ...none, ...terms })).toBe(expected))

  it('has words for each of its languages', () => {
    for (const language of disclosureLanguages)
      expect(disclosureText({ ...none, language, asked: { ai: true, recording: true } })).toMatch(/\..+\./u)
  })
})
