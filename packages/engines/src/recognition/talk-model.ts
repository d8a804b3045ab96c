import { PHONE_TALK_RULES } from './phone-talk.ts'
import { parseRules, speakRule } from './phrase-grammar.ts'
import { buildNetwork, type Sentence, type WordNetwork } from './word-network.ts'

/** Enough that every pair of words in the rules comes up; more does not change what is recognized. */
const SENTENCES = 12_000
/** How often one turn of phrase follows another in the same breath. */
const ANOTHER_TURN = 0.3
/** What the brain expects counts as much as half of all telephone talk. */
const EXPECTED_SHARE = 0.5
const MAX_PHRASES = 60
const MAX_WORDS = 24

let general: Sentence[] | undefined

/** The network of telephone talk, leaning towards the phrases that are expected next. */
export function talkNetwork(expected: readonly string[]): WordNetwork {
  general ??= telephoneTalk()
  const phrases = expected
    .slice(0, MAX_PHRASES)
    .map(wordsOf)
    .filter(words => words.length > 0)
  const weight = (EXPECTED_SHARE * SENTENCES) / Math.max(1, phrases.length)
  return buildNetwork([...general, ...phrases.map(words => ({ words, weight }))])
}

/** A phrase as the recognizer hears it: small words without marks. Digits are spoken one by one. */
export function wordsOf(phrase: string): string[] {
  return phrase
    .toLowerCase()
    .replace(/[‘’]/g, "'")
    .normalize('NFKD')
    .replace(/\d/g, digit => ` ${DIGITS[Number(digit)] ?? ''} `)
    .replace(/[^a-z' ]+/g, ' ')
    .split(/\s+/)
    .filter(word => /[a-z]/.test(word))
    .slice(0, MAX_WORDS)
}

const DIGITS = 'zero one two three four five six seven eight nine'.split(' ')

function telephoneTalk(): Sentence[] {
  const rules = parseRules(PHONE_TALK_RULES)
  const random = fixedRandom()
  return Array.from({ length: SENTENCES }, () => {
    const words = speakRule(rules, 'turn', random)
    while (words.length < MAX_WORDS && random() < ANOTHER_TURN)
      words.push(...speakRule(rules, 'turn', random))
    return { words, weight: 1 }
  })
}

/** The same numbers every time (Numerical Recipes' generator): the same speech is understood the same way. */
function fixedRandom(): () => number {
  let seed = 1
  return () => {
    seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0
    return seed / 2 ** 32
  }
}
