import type { FilterValue } from '@parley/contract/webhooks'

/** Whether an event is one that a subscription wants: every filter must hold. A field that is not there is null. */
export function passesFilters(
  filters: Readonly<Record<string, FilterValue>>,
  event: Readonly<Record<string, unknown>>,
): boolean {
  return Object.entries(filters).every(([path, wanted]) => holds(wanted, fieldAt(event, path)))
}

function holds(wanted: FilterValue, found: unknown): boolean {
  // A field with several values holds where one of them does.
  if (Array.isArray(found)) return found.some(one => holds(wanted, one))
  if (isList(wanted)) return wanted.some(one => holds(one, found))
  if (typeof wanted !== 'string') return wanted === found
  return (typeof found === 'string' || typeof found === 'number') && like(wanted, String(found))
}

function isList(wanted: FilterValue): wanted is readonly Exclude<FilterValue, readonly unknown[]>[] {
  return Array.isArray(wanted)
}

function fieldAt(event: unknown, path: string): unknown {
  let at = event
  for (const name of path.split('.')) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, name)) return null
    at = (at as Record<string, unknown>)[name]
  }
  return at ?? null
}

/**
 * SQL's LIKE: `%` is any text, `_` one character, a backslash takes the next character as it is. Walks both texts with
 * one way back, to the last `%`: patterns come from customers, and a regular expression made of one can take for ever.
 */
export function like(pattern: string, text: string): boolean {
  const signs = signsOf(pattern)
  const letters = Array.from(text)
  let sign = 0
  let letter = 0
  let back: { sign: number; letter: number } | null = null
  while (letter < letters.length) {
    const now = signs[sign]
    if (now?.kind === 'any text') {
      back = { sign, letter }
      sign += 1
    } else if (now !== undefined && (now.kind === 'any letter' || now.letter === letters[letter])) {
      sign += 1
      letter += 1
    } else if (back !== null) {
      back = { sign: back.sign, letter: back.letter + 1 }
      sign = back.sign + 1
      letter = back.letter
    } else return false
  }
  return signs.slice(sign).every(({ kind }) => kind === 'any text')
}

type Sign = { kind: 'any text' } | { kind: 'any letter' } | { kind: 'letter'; letter: string }

function signsOf(pattern: string): Sign[] {
  const signs: Sign[] = []
  let isEscaped = false
  for (const letter of pattern) {
    if (!isEscaped && letter === '\\') isEscaped = true
    else {
      if (!isEscaped && letter === '%') signs.push({ kind: 'any text' })
      else if (!isEscaped && letter === '_') signs.push({ kind: 'any letter' })
      else signs.push({ kind: 'letter', letter })
      isEscaped = false
    }
  }
  // A backslash at the end stands for itself: it has nothing to take.
  return isEscaped ? [...signs, { kind: 'letter', letter: '\\' }] : signs
}
