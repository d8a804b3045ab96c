/**
 * Takes personal numbers and addresses out of a text: e-mail addresses, payment cards (Luhn), bank accounts
 * (IBAN, ISO 13616), social security numbers, phone numbers and long codes, written or spelled out aloud as
 * transcripts have them. Dates, times, prices and short numbers stay: without them nobody understands the talk.
 * Names and street addresses stay too; patterns do not find them.
 */
export function redact(text: string): string {
  return passes.reduce((left, pass) => pass(left), text)
}

/** The same for all strings in a JSON value; numbers of seven digits and more are codes. */
export function redactValue(value: unknown): unknown {
  if (typeof value === 'string') return redact(value)
  if (typeof value === 'number') return Math.abs(value) >= 1_000_000 ? '[number]' : value
  if (Array.isArray(value)) return value.map(redactValue)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, redactValue(part)]))
}

type Pass = (text: string) => string

// Every repetition is bounded: a text of any length is read in time that grows with it.
const writtenEmail = /[\p{L}\p{N}._%+-]{1,64}@[\p{L}\p{N}-]{1,63}(\.[\p{L}\p{N}-]{1,63}){1,5}/gu
/** "john dot smith at gmail dot com", "ana arroba correo punto es". */
const spokenEmail =
  /(?:[\p{L}\p{N}_-]{1,40} (?:dot|punto|point|punkt|underscore|dash|guion) ){0,4}[\p{L}\p{N}_.-]{1,40} (?:at|arroba|arobase|ät) (?:[\p{L}\p{N}-]{1,40} (?:dot|punto|point|punkt) ){1,3}(?:com|org|net|edu|gov|io|co|uk|es|mx|fr|de|it|us|info|biz)\b/giu
const iban = /\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]){11,30}\b/gu
/** Digits with what people write between them. */
const digitRun = /(?<![\p{L}\p{N}.,])\+?\(?\d(?:[ ().\-/]{0,2}\d){4,18}(?![\p{L}\p{N}])/gu
/** A short code that its neighbours give away. */
const namedCode =
  /\b(cvv|cvc|pin|security code|access code|passcode|verification code|c[oó]digo(?: de seguridad)?)((?: (?:is|number|es)){0,3}[ :]{1,3})\d[\d -]{1,9}\d/giu

const passes: readonly Pass[] = [
  text => text.replaceAll(writtenEmail, '[email]').replaceAll(spokenEmail, '[email]'),
  text => text.replaceAll(iban, found => (isIban(found) ? '[iban]' : found)),
  text => text.replaceAll(namedCode, (_, name: string, between: string) => `${name}${between}[code]`),
  text => text.replaceAll(digitRun, found => written(found)),
  redactSpoken,
]

function written(found: string): string {
  const digits = found.replaceAll(/\D/gu, '')
  if (looksLikeDateOrTime(found)) return found
  if (digits.length < 7) return found
  if (/^\d{3}[- ]\d{2}[- ]\d{4}$/u.test(found)) return '[ssn]'
  return kindOf(digits)
}

/** 24.12.2026, 2026-12-24, 12/24/2026 3:00. */
function looksLikeDateOrTime(found: string): boolean {
  return /^(\d{1,2}[./-]\d{1,2}[./-]\d{4}|\d{4}[./-]\d{1,2}[./-]\d{1,2})( \d{1,2})?$/u.test(found)
}

function kindOf(digits: string): string {
  if (digits.length >= 13 && isLuhn(digits)) return '[card]'
  return digits.length <= 15 ? '[number]' : '[card]'
}

/** Shortest run of spoken digits that is taken for a personal number. */
const spokenDigits = 6

/** Runs of spoken digits: "four one five, double five one two three four". */
function redactSpoken(text: string): string {
  const words = [...text.matchAll(/[\p{L}\p{N}'’]+/gu)]
  let redacted = ''
  let keptFrom = 0
  for (let at = 0; at < words.length; ) {
    const run = runFrom(words, at)
    if (run.digits.length >= spokenDigits) {
      const last = words[run.end - 1]
      redacted += text.slice(keptFrom, words[at]?.index) + kindOf(run.digits)
      keptFrom = (last?.index ?? 0) + (last?.[0].length ?? 0)
    }
    at = Math.max(at + 1, run.end)
  }
  return redacted + text.slice(keptFrom)
}

/** The spoken digits from a word on, and the word they end before. "Double" counts for the digit after it. */
function runFrom(words: readonly RegExpMatchArray[], start: number): { digits: string; end: number } {
  let digits = ''
  let times = 1
  let end = start
  for (let at = start; at < words.length; at += 1) {
    const word = words[at]?.[0].toLowerCase() ?? ''
    if (at > start && !isNextDigit(words[at - 1], words[at])) break
    const repeat = times === 1 ? repeats[word] : undefined
    const digit = digitWords[word] ?? (/^\d{1,4}$/u.test(word) ? word : undefined)
    if (repeat !== undefined) times = repeat
    else if (digit === undefined) break
    else {
      digits += digit.repeat(times)
      times = 1
      end = at + 1
    }
  }
  return { digits, end }
}

/** Digits that are read out stand apart; those of a date, a time or a price do not. */
function isNextDigit(before: RegExpMatchArray | undefined, word: RegExpMatchArray | undefined): boolean {
  if (!before || !word) return false
  const between = (word.input ?? '').slice((before.index ?? 0) + before[0].length, word.index)
  return /^,? {1,3}$/u.test(between) || (between === '-' && !/\d/u.test(before[0]))
}

const repeats: Readonly<Record<string, number>> = { double: 2, doble: 2, triple: 3 }

const digitNames = [
  'zero oh o cero zéro null nul',
  'one uno un eins ein',
  'two dos deux zwei zwo',
  'three tres trois drei',
  'four cuatro quatre vier',
  'five cinco cinq fünf',
  'six seis sechs',
  'seven siete sept sieben',
  'eight ocho huit acht',
  'nine nueve neuf neun',
]
const digitWords: Readonly<Record<string, string>> = Object.fromEntries(
  digitNames.flatMap((names, digit) => names.split(' ').map(name => [name, String(digit)])),
)

/** ISO/IEC 7812-1, annex B. */
function isLuhn(digits: string): boolean {
  const sum = Array.from(digits)
    .toReversed()
    .reduce((total, digit, place) => {
      const value = Number(digit) * (place % 2 === 1 ? 2 : 1)
      return total + (value > 9 ? value - 9 : value)
    }, 0)
  return sum % 10 === 0
}

/** ISO 13616: the number, moved and written in digits, leaves 1 when divided by 97. */
function isIban(found: string): boolean {
  const bare = found.replaceAll(' ', '')
  const moved = bare.slice(4) + bare.slice(0, 4)
  let rest = 0
  for (const letter of moved) rest = Number(`${rest}${Number.parseInt(letter, 36)}`) % 97
  return rest === 1
}
