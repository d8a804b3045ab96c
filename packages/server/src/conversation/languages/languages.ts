import { de } from './de.ts'
import { en } from './en.ts'
import { es } from './es.ts'
import { fr } from './fr.ts'
import { it } from './it.ts'
import { pt } from './pt.ts'
import type { TurnWords } from './turn-words.ts'

const known: Readonly<Record<string, TurnWords>> = { en, es, fr, de, it, pt }

/** Of a language that nobody has written down, the sounds that most languages share. */
const shared: TurnWords = {
  acknowledgements: new Set(['ok', 'okay', 'mhm', 'mm hm', 'uh huh', 'aha']),
  noises: en.noises,
  openEndings: new Set(),
  digits: new Set(),
  numbers: new Set(),
  letters: new Set(),
  joiners: new Set(['@']),
  announcements: [],
}

/** `language`: BCP 47. */
export function turnWords(language: string): TurnWords {
  return known[language.split('-')[0]?.toLowerCase() ?? ''] ?? shared
}
