import { wordsOf } from './intents.ts'

const keys: Readonly<Record<string, string>> = {
  zero: '0',
  one: '1',
  two: '2',
  three: '3',
  four: '4',
  five: '5',
  six: '6',
  seven: '7',
  eight: '8',
  nine: '9',
  star: '*',
  pound: '#',
  hash: '#',
}

/** The keys that a sentence such as "press one" or "press the pound key" asks for; null: none. */
export function keyIn(sentence: string): string | null {
  const words = wordsOf(sentence)
  const wanted = words.slice(words.indexOf('press') + 1).filter(word => word !== 'the')
  const end = wanted.findIndex(word => keyOf(word) === null)
  const pressed = (end < 0 ? wanted : wanted.slice(0, end)).map(keyOf).join('')
  return pressed === '' ? null : pressed
}

function keyOf(word: string): string | null {
  if (Object.hasOwn(keys, word)) return keys[word] ?? null
  return /^\d$/.test(word) ? word : null
}
