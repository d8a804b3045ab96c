import { describe, expect, test } from 'vitest'
import { hasAsked } from './asked.ts'
import { kindOfWords } from './callee-words.ts'
import { turnWords } from './languages/languages.ts'
import { judgeSound, judgeStop } from './overlap.ts'
import { defaultSettings } from './settings.ts'

test.each([
  ['en-US', '', 'none'],
  ['en-US', 'Uh-huh.', 'acknowledgement'],
  ['en-US', 'yeah, ok', 'acknowledgement'],
  ['en-US', 'mm', 'noise'],
  ['en-US', 'um okay', 'acknowledgement'],
  ['en-GB', 'All right', 'acknowledgement'],
  ['en-US', 'yeah but', 'speech'],
  ['en-US', 'no', 'speech'],
  ['en-US', 'stop', 'speech'],
  ['en-US', 'yes yes yes yes yes yes', 'speech'],
  ['es-ES', 'Sí, vale', 'acknowledgement'],
  ['es-MX', 'claro que sí', 'acknowledgement'],
  ['es-ES', 'eh', 'noise'],
  ['es-ES', 'sí pero', 'speech'],
  ['es-ES', 'no', 'speech'],
  ['fr-FR', "d'accord", 'acknowledgement'],
  ['de-DE', 'ja genau', 'acknowledgement'],
  ['it-IT', 'va bene', 'acknowledgement'],
  ['pt-BR', 'tá bom', 'acknowledgement'],
  ['ja-JP', 'hai', 'speech'],
  ['ja-JP', 'mm', 'noise'],
] as const)('in %s "%s" is %s', (language, text, kind) => {
  expect(kindOfWords(text, turnWords(language))).toBe(kind)
})

test.each([
  ['I', 'acknowledgement', 'speech'],
  ['I see', 'acknowledgement', 'acknowledgement'],
  ['I need', 'speech', 'speech'],
  ['sounds', 'acknowledgement', 'speech'],
  ['stop', 'speech', 'speech'],
  ['for', 'none', 'speech'],
  ['but', 'none', 'speech'],
  ['who is', 'speech', 'speech'],
] as const)('"%s" so far is %s, and as all that was said %s', (text, soFar, whole) => {
  expect(kindOfWords(text, turnWords('en-US'), false)).toBe(soFar)
  expect(kindOfWords(text, turnWords('en-US'))).toBe(whole)
})

describe('a sound over the agent', () => {
  const sound = { words: 'none', asked: false, soundMs: 300, sounding: true, waitedMs: 240 } as const
  test.each([
    ['is waited for', {}, 'wait'],
    ['that goes on is taken for speech', { soundMs: 500 }, 'suspend'],
    ['with words is an interruption', { words: 'speech' }, 'stop'],
    ['with words, over already, is one too', { words: 'speech', sounding: false }, 'stop'],
    ['is never one when it is shorter than asked for', { words: 'speech', soundMs: 100 }, 'wait'],
    ['that acknowledges may go on', { words: 'acknowledgement', soundMs: 900 }, 'wait'],
    ['that acknowledges without an end is more', { words: 'acknowledgement', soundMs: 1_500 }, 'suspend'],
    ['that acknowledged was nothing', { words: 'acknowledgement', sounding: false }, 'restore'],
    ['that acknowledges a question answers it', { words: 'acknowledgement', asked: true }, 'stop'],
    ['without meaning answers no question', { words: 'noise', asked: true, sounding: false }, 'restore'],
    ['that ended may still have words', { sounding: false }, 'wait'],
    ['that ended without words was nothing', { sounding: false, waitedMs: 500 }, 'restore'],
  ] as const)('%s', (_, more, verdict) => {
    expect(judgeSound({ ...sound, ...more }, defaultSettings)).toBe(verdict)
  })
})

describe('a stop', () => {
  const stop = {
    words: 'none',
    asked: false,
    soundMs: 700,
    sounding: true,
    final: false,
    quietMs: 0,
  } as const
  test.each([
    ['waits while the sound goes on', {}, 'wait'],
    ['waits for words after it', { sounding: false, quietMs: 1_900 }, 'wait'],
    ['was false when none came', { sounding: false, quietMs: 2_000 }, 'resume'],
    ['was false when nothing was understood', { sounding: false, final: true }, 'resume'],
    [
      'was false when they acknowledged',
      { sounding: false, final: true, words: 'acknowledgement' },
      'resume',
    ],
    ['was meant when there are words', { words: 'speech' }, 'confirm'],
    ['was meant when it answers', { words: 'acknowledgement', asked: true, final: true }, 'confirm'],
  ] as const)('%s', (_, more, verdict) => {
    expect(judgeStop({ ...stop, ...more }, defaultSettings)).toBe(verdict)
  })
})

describe('a question of the agent', () => {
  const pieces = [
    { text: 'We have Monday at three.', offsetMs: 0 },
    { text: ' Would that suit you?', offsetMs: 2_000 },
    { text: ' I could also look for another day in the week after that.', offsetMs: 4_000 },
  ]
  test.each([
    [1_900, false],
    [2_300, false],
    [3_700, true],
    [4_000, true],
    [4_800, true],
    [8_500, false],
  ])('after %i ms it was asked: %s', (playedMs, asked) => {
    expect(hasAsked(pieces, { playedMs, writtenMs: 9_000 })).toBe(asked)
  })
})
