import type { ConversationSettings } from './settings.ts'

/** How a turn's words look so far. */
export type Shape = 'finished' | 'unfinished' | 'dictating'

/**
 * The silence after which a turn with these words is over: a person who has finished wants an answer at
 * once, one who is looking for a word or reading out a number does not.
 */
export function silenceNeededMs(text: string, settings: ConversationSettings): number {
  if (text === '') return settings.unclearPauseMs
  switch (shapeOf(text)) {
    case 'finished':
      return settings.finishedPauseMs
    case 'unfinished':
      return settings.unfinishedPauseMs
    case 'dictating':
      return settings.dictationPauseMs
  }
}

export function shapeOf(text: string): Shape {
  const trimmed = text.trim()
  if (/(\.\.\.|…|,|-|:)$/u.test(trimmed)) return 'unfinished'
  const words = trimmed.toLowerCase().match(/[\p{L}\p{N}'’@]+/gu) ?? []
  const last = words.at(-1) ?? ''
  if (isDictated(words)) return 'dictating'
  if (openWords.has(last) && !/[?!]$/u.test(trimmed)) return 'unfinished'
  return 'finished'
}

/** At the end stand two or more single letters or digits, or the parts of an e-mail address. */
function isDictated(words: readonly string[]): boolean {
  const [beforeLast = '', last = ''] = words.slice(-2)
  if (/\p{N}{4,}$/u.test(last) && words.length <= 2) return true
  if (last === 'at' || joiners.has(last) || mailHosts.has(last)) return true
  if (joiners.has(beforeLast) && !mailEnds.has(last)) return true
  return isSpelled(last) && isSpelled(beforeLast)
}

function isSpelled(word: string): boolean {
  return numberWords.has(word) || /^(\p{L}|\p{N}{1,4})$/u.test(word)
}

function setOf(words: string): ReadonlySet<string> {
  return new Set(words.split(/\s+/u))
}

const numberWords = setOf(`zero oh one two three four five six seven eight nine double triple
  cero uno dos tres cuatro cinco seis siete ocho nueve
  zéro un deux trois quatre cinq sept huit neuf
  null eins zwei drei vier fünf sechs sieben acht neun`)
const joiners = setOf('@ dot underscore dash hyphen arroba punto arobase')
const mailHosts = setOf('gmail hotmail outlook yahoo icloud proton')
const mailEnds = setOf('com org net edu de es fr uk io')

/** Nobody ends a sentence with these: more is coming. English, Spanish, French and German. */
const openWords =
  setOf(`and or but so because if when while that which who whose the a an my your our his her their
  is are was were am i'm it's to of for from with at by in on into about than as um uh er hmm well
  y o pero porque si cuando que el la los las un una mi tu su de del al a en con por para es son eh este
  et ou mais parce le les des du mon ma mes votre est sont dans avec pour sur euh
  und oder aber weil wenn dass der die das ein eine einen mein meine ist sind zu von mit für auf äh ähm`)
