import { days } from './phrases.ts'
import { wordsOf } from './intents.ts'

/** A day or a time of day that somebody named, in the words they used, ready to be said back. */
export interface NamedTime {
  readonly day: string | null
  readonly time: string | null
}

const numbers: Readonly<Record<string, string>> = {
  one: '1',
  two: '2',
  three: '3',
  four: '4',
  five: '5',
  six: '6',
  seven: '7',
  eight: '8',
  nine: '9',
  ten: '10',
  eleven: '11',
  twelve: '12',
}
const minutes: Readonly<Record<string, string>> = { thirty: '30', fifteen: '15', 'forty five': '45' }
const partsOfDay = ['morning', 'afternoon', 'evening', 'noon', 'midnight'] as const

/** Reads days and times from a spoken sentence; what is not named is null. */
export function timeIn(sentence: string): NamedTime {
  const words = wordsOf(sentence)
  const text = words.join(' ')
  return { day: dayIn(text), time: timeOfDayIn(text) }
}

function dayIn(text: string): string | null {
  const named = days.find(day => new RegExp(`\\b${day}\\b`).test(text))
  if (named === undefined) return monthDayIn(text)
  const spoken = named.endsWith('day') && named !== 'today' ? capital(named) : named
  return new RegExp(`\\bnext ${named}\\b`).test(text) && !named.startsWith('next') ? `next ${spoken}` : spoken
}

function monthDayIn(text: string): string | null {
  const found =
    /\b((?:jan|febr)uary|march|april|may|june|july|august|(?:septem|octo|novem|decem)ber)(?: the)? (\d{1,2}|[a-z]+(?: [a-z]+)?(?:th|st|nd|rd))\b/.exec(
      text,
    )
  return found ? `${capital(found[1] ?? '')} ${found[2] ?? ''}` : null
}

const hourWords = Object.keys(numbers).join('|')
const clockTime = new RegExp(
  `\\b(?<hour>\\d{1,2}|${hourWords})\\b(?: (?<minute>\\d{2}|thirty|fifteen|forty five))?(?: (?<half>o'clock|am|pm|a m|p m))?`,
)
/** A bare number is a time only when it is used as one. */
const usedAsTime = new RegExp(`\\b(?:at|around|by|about) (?:\\d|${hourWords})`)

function timeOfDayIn(text: string): string | null {
  const part = partsOfDay.find(name => text.includes(name)) ?? null
  if (part === 'noon' || part === 'midnight') return part
  return clockIn(text, part) ?? (part === null ? null : `in the ${part}`)
}

function clockIn(text: string, part: string | null): string | null {
  const { hour, minute, half } = clockTime.exec(text)?.groups ?? {}
  const isTime = (minute ?? half) !== undefined || usedAsTime.test(text)
  if (hour === undefined || !isTime) return null
  const past = minute === undefined ? '' : `:${minutes[minute] ?? minute}`
  return `${numbers[hour] ?? hour}${past}${halfOf(half, part)}`
}

function halfOf(half: string | undefined, part: string | null): '' | ' AM' | ' PM' {
  if (half?.startsWith('p') || part === 'afternoon' || part === 'evening') return ' PM'
  return half?.startsWith('a') || part === 'morning' ? ' AM' : ''
}

function capital(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1)
}
