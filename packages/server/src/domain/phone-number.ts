import { parsePhoneNumberFromString } from 'libphonenumber-js/max'

export type Dialability = 'dialable' | 'too_short' | 'too_long' | 'not_in_numbering_plan'

/**
 * Whether the number's country could have given it to somebody. What looks like E.164 may still have too
 * few digits, or a prefix that nobody has: dialling it costs money and reaches no one.
 */
export function dialability(e164: string): Dialability {
  const number = parsePhoneNumberFromString(e164)
  if (number === undefined) return 'not_in_numbering_plan'
  if (number.isValid()) return 'dialable'
  const possible = number.isPossible()
  if (possible) return 'not_in_numbering_plan'
  return number.nationalNumber.length < 7 ? 'too_short' : 'too_long'
}
