/**
 * Rewrites written English into what should be read aloud, in the plain ASCII that Flite reads. Flite
 * itself says times, dollars, ordinals and four-digit years well; what stands here is what it gets
 * wrong: telephone numbers in one breath, ISO and slashed dates, other currencies, addresses, accents.
 */
export function englishSpeechText(text: string): string {
  let spoken = toAscii(text)
  for (const [pattern, replace] of REWRITES) spoken = spoken.replace(pattern, replace)
  return spoken
    .replace(/[*_`#<>|~^\\{}[\]]+/g, ' ')
    .replace(/\s+/g, ' ')
    .trim()
}

const MONTHS = 'January February March April May June July August September October November December'.split(
  ' ',
)
const DIGITS = 'zero one two three four five six seven eight nine'.split(' ')
const SIGNS: Readonly<Record<string, string>> = { '€': 'euro', '£': 'pound', '¥': 'yen' }

type Rewrite = readonly [RegExp, (match: string, ...groups: string[]) => string]

/** Words without a vowel, which Flite would spell. */
const HUMS: readonly Rewrite[] = [
  [/\b(\d+(?:\.\d+)?) ?mm\b/g, (_, number) => `${number} millimeters`],
  [/\bm+[- ]?h+m+\b/gi, () => 'um hum'],
  [/\bmm+\b/gi, () => 'um'],
  [/\bhm+\b/gi, () => 'hum'],
]

const REWRITES: readonly Rewrite[] = [
  ...HUMS,
  [/\b([\w.+-]+)@([\w-]+(?:\.[\w-]+)+)\b/g, (_, name, host) => `${dotted(name)} at ${dotted(host)}`],
  [/\bhttps?:\/\/(?:www\.)?([\w.-]+)\S*/g, (_, host) => dotted(host)],
  [
    /\b(\d{4})-(\d{1,2})-(\d{1,2})(?:T\S*)?\b/g,
    (match, ...[year, month, day]) => calendarDate(match, [year, month, day]),
  ],
  [
    /\b(\d{1,2})\/(\d{1,2})\/(\d{4})\b/g,
    (match, ...[month, day, year]) => calendarDate(match, [year, month, day]),
  ],
  [/\b(\d{1,2}):(\d{2})(?::\d{2})?(?!\d)(\s*[ap]\.?m\b\.?)?/gi, clockTime],
  [/\b(\d{1,2})\s*([ap])\.?m\b\.?(?=(\s+[a-z0-9])?)/gi, (_, hour, half) => `${hour} ${half.toLowerCase()} m`],
  [/([€£¥])\s?(\d[\d,]*(?:\.\d{1,2})?)/g, (_, sign, amount) => currency(sign, amount)],
  [/\+?\(?\d[\d().\- ]{7,}\d/g, telephoneNumber],
  [/#\s?(\d+)/g, (_, number) => `number ${spell(number)}`],
  [/\b\d{5,}\b/g, match => spell(match)],
  [/\s*&\s*/g, () => ' and '],
  [/\s*\+\s*(?=\d)/g, () => ' plus '],
]

function toAscii(text: string): string {
  return text
    .replace(/[‘’ʼ]/g, "'")
    .replace(/[“”«»]/g, '"')
    .replace(/\s*[–—]\s*/g, ', ')
    .replace(/…/g, '...')
    .normalize('NFKD')
    .replace(/ß/g, 'ss')
    .replace(/æ/gi, 'ae')
    .replace(/ø/gi, 'o')
    .replace(/[^\x20-\x7e€£¥]/g, (character: string) => (/\s/.test(character) ? ' ' : ''))
}

function calendarDate(match: string, [year, month, day]: (string | undefined)[]): string {
  const name = MONTHS[Number(month) - 1]
  return name && Number(day) >= 1 && Number(day) <= 31 ? `${name} ${Number(day)}, ${year}` : match
}

/** A time without am or pm is read on the twelve-hour clock, as people say it. */
function clockTime(match: string, ...[hours, minutes, half]: string[]): string {
  const hour = Number(hours)
  if (hour > 23 || Number(minutes) > 59) return match
  const suffix = half ? ` ${half.trim().charAt(0).toLowerCase()} m` : impliedHalf(hour)
  const twelve = hour % 12 === 0 ? 12 : hour % 12
  if (minutes === '00') return suffix === '' ? `${twelve} o'clock` : `${twelve}${suffix}`
  return `${twelve}:${minutes}${suffix}`
}

function impliedHalf(hour: number): string {
  if (hour === 0) return ' a m'
  return hour > 12 ? ' p m' : ''
}

function currency(sign: string, amount: string): string {
  const name = SIGNS[sign] ?? ''
  const [whole = '0', cents] = amount.replace(/,/g, '').split('.')
  const unit = sign === '¥' || whole === '1' ? name : `${name}s`
  return cents ? `${whole} ${unit} ${Number(cents)}` : `${whole} ${unit}`
}

/** Digits one by one, with a breath between the groups as written, or the usual three-three-four. */
function telephoneNumber(match: string): string {
  const digits = match.replace(/\D/g, '')
  if (digits.length < 9 || digits.length > 15) return match
  const written = match.split(/\D+/).filter(group => group !== '')
  const groups = written.length > 1 ? written : groupsOf(digits)
  return `${match.startsWith('+') ? 'plus ' : ''}${groups.map(spell).join(', ')}`
}

function groupsOf(digits: string): string[] {
  const groups = [digits.slice(-4)]
  for (let end = digits.length - 4; end > 0; end -= 3) groups.unshift(digits.slice(Math.max(0, end - 3), end))
  return groups
}

function spell(digits: string): string {
  return Array.from(digits, digit => DIGITS[Number(digit)] ?? '').join(' ')
}

function dotted(name: string): string {
  return name.replace(/\./g, ' dot ').replace(/-/g, ' dash ').replace(/_/g, ' underscore ')
}
