import { turnWords } from './languages/languages.ts'
import type { TurnWords } from './languages/turn-words.ts'
import type { ConversationSettings } from './settings.ts'

/** How a turn's words look so far. */
export type Shape =
  | 'finished'
  | 'unfinished'
  /** In the middle of a number, of spelling or of an address: the next part comes after a breath. */
  | 'dictating'
  /** Something was dictated that may be whole: a phone number's length of digits, a name that was announced. */
  | 'dictated'

/**
 * The silence after which a turn with these words is over: a person who has finished wants an answer at
 * once, one who is looking for a word or reading out a number does not. `over`: the recognizer, which
 * has heard the voice too, says that the turn is; of what is dictated it knows no more than its words tell.
 * `language`: BCP 47.
 */
export function silenceNeededMs(
  { text, over = false }: { readonly text: string; readonly over?: boolean },
  language: string,
  settings: ConversationSettings,
): number {
  if (text === '') return settings.unclearPauseMs
  switch (shapeOf(text, turnWords(language))) {
    case 'finished':
      return over ? 0 : settings.finishedPauseMs
    case 'unfinished':
      return over ? 0 : settings.unfinishedPauseMs
    case 'dictating':
      return settings.dictationPauseMs
    case 'dictated':
      return settings.dictatedPauseMs
  }
}

/** A phone number with its area is rarely shorter, and a shorter one may go on. */
const wholeNumberDigits = 10
const dictatedTail = 2
const numbersInRow = 3

export function shapeOf(text: string, language: TurnWords): Shape {
  const trimmed = text.trim()
  if (/(\.\.\.|…|,|-|:)$/u.test(trimmed)) return 'unfinished'
  const words =
    trimmed
      .toLowerCase()
      .replaceAll('’', "'")
      .match(/[\p{L}\p{N}'@]+/gu) ?? []
  const announced = announcedAt(words, language)
  if (announced === words.length) return 'unfinished'
  const dictation = dictationOf(words, announced !== null, language)
  if (dictation) return dictation
  if (language.openEndings.has(words.at(-1) ?? '') && !/[?!]$/u.test(trimmed)) return 'unfinished'
  return announced === null ? 'finished' : 'dictated'
}

function dictationOf(words: readonly string[], announced: boolean, language: TurnWords): Shape | null {
  if (isWholeMail(words, language)) return 'finished'
  if (isInMail(words, language)) return 'dictating'
  return numberShape(words, announced, language)
}

function numberShape(words: readonly string[], announced: boolean, language: TurnWords): Shape | null {
  const tail = spelledTail(words, language)
  if (tail.length === 0) return null
  const digits = tail.join('').replaceAll(/\P{N}/gu, '').length + tail.filter(isDigitWord(language)).length
  if (digits >= wholeNumberDigits) return 'dictated'
  if (announced || isRead(tail, language)) return 'dictating'
  const isAlone = tail.length === words.length
  if (isAlone && tail.some(word => /^(\p{N}{3,}|\p{L})$/u.test(word))) return 'dictating'
  // A number and nothing else: an age, or the first two digits of something longer.
  return words.length === 1 && /^\p{N}{2}$/u.test(words[0] ?? '') ? 'dictated' : null
}

/** Read out sign by sign, or in groups of digits, rather than said as one number. */
function isRead(tail: readonly string[], language: TurnWords): boolean {
  if (tail.length >= numbersInRow || /^\p{N}{3,4}$/u.test(tail.at(-1) ?? '')) return true
  return tail.length >= dictatedTail && tail.every(isSign(language))
}

/** The words at the end that are letters, digits or numbers. */
function spelledTail(words: readonly string[], language: TurnWords): readonly string[] {
  const isSpelled = (word: string) =>
    isSign(language)(word) || language.numbers.has(word) || /^\p{N}+$/u.test(word)
  const last = words.findLastIndex(word => !isSpelled(word))
  return words.slice(last + 1)
}

/** A letter, a digit, a short group of digits, or the name of one. */
function isSign(language: TurnWords): (word: string) => boolean {
  return word => /^(\p{L}|\p{N}{1,4})$/u.test(word) || language.digits.has(word) || language.letters.has(word)
}

function isDigitWord(language: TurnWords): (word: string) => boolean {
  return word => language.digits.has(word)
}

const mailHosts = new Set(['gmail', 'hotmail', 'outlook', 'yahoo', 'icloud', 'proton', 'gmx', 'web'])
const mailEnds = new Set([
  'com',
  'org',
  'net',
  'edu',
  'de',
  'es',
  'fr',
  'it',
  'pt',
  'br',
  'uk',
  'io',
  'eu',
  'mx',
  'ar',
])

function isWholeMail(words: readonly string[], { joiners }: TurnWords): boolean {
  const [beforeLast = '', last = ''] = words.slice(-2)
  return joiners.has(beforeLast) && mailEnds.has(last)
}

/** Behind a joint of an address; an ordinary "at" has an ordinary word before it and comes later. */
function isInMail(words: readonly string[], { joiners }: TurnWords): boolean {
  const [beforeLast = '', last = ''] = words.slice(-2)
  if (last === 'at' || joiners.has(last) || mailHosts.has(last)) return true
  return beforeLast !== 'at' && joiners.has(beforeLast)
}

/** Where what was announced begins; null: nothing was. */
function announcedAt(words: readonly string[], { announcements }: TurnWords): number | null {
  const text = ` ${words.join(' ')} `
  let latest: number | null = null
  for (const phrase of announcements) {
    const at = text.lastIndexOf(` ${phrase} `)
    if (at < 0) continue
    const behind = text.slice(at + phrase.length + 1).trim()
    const begins = words.length - (behind === '' ? 0 : behind.split(' ').length)
    latest = Math.max(latest ?? 0, begins)
  }
  return latest
}
