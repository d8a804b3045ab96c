import type { AnnouncementMeaning, AnswerWords } from './words/answer-words.ts'
import { english } from './words/english.ts'
import { otherLanguages } from './words/other-languages.ts'
import { spanish } from './words/spanish.ts'

const languages: readonly AnswerWords[] = [english, spanish, otherLanguages]

/** Who talks like this; null: anybody. */
export type Talker = 'voicemail' | 'screening' | 'menu' | 'waiting'

/** A person may say "voicemail", in a short sentence or as a question; a greeting that does is long. */
const shortestGreetingMs = 3_000

/**
 * Who says these words, which took so long. A screener is looked for first: it asks to record a name, as a mailbox
 * does. People ask about machines, and machines ask nothing but for a name: a question is a person's.
 */
export function talkerOf(text: string, durationMs: number): Talker | null {
  const plain = plainOf(text)
  const says = (kind: 'screening' | 'voicemail' | 'voicemailHints' | 'menu' | 'waiting') =>
    languages.some(words => words[kind].some(pattern => pattern.test(plain)))
  if (says('screening')) return 'screening'
  if (plain.includes('?')) return null
  if (says('voicemail')) return 'voicemail'
  if (says('menu')) return 'menu'
  if (durationMs >= shortestGreetingMs && says('voicemailHints')) return 'voicemail'
  return says('waiting') ? 'waiting' : null
}

/** What a network says instead of connecting; null: nothing known. */
export function announcementIn(text: string): AnnouncementMeaning | null {
  const plain = plainOf(text)
  for (const { announcements } of languages)
    for (const [meaning, patterns] of announcements)
      if (patterns.some(pattern => pattern.test(plain))) return meaning
  return null
}

function plainOf(text: string): string {
  return text.toLowerCase().replaceAll('’', "'")
}
