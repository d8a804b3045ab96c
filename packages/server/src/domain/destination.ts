import { parsePhoneNumberFromString, type PhoneNumberType } from 'libphonenumber-js/max'

/**
 * Which numbers may be dialled at all. Toll fraud lives on numbers that pay whoever is called, and on countries
 * behind a prefix that looks like home: +1 alone is more than twenty. What is not known to be harmless is refused.
 */

export type DestinationRefusal = 'invalid_number' | 'number_type_not_allowed' | 'country_not_allowed'

/** Lines of people and companies that cost what calls to their country cost. */
const allowedTypes: ReadonlySet<PhoneNumberType | undefined> = new Set<PhoneNumberType>([
  'FIXED_LINE',
  'MOBILE',
  'FIXED_LINE_OR_MOBILE',
  'TOLL_FREE',
  'VOIP',
])

/** Satellites, networks and services of no country (ITU-T E.164 list of assigned country codes). */
const globalCodes: ReadonlySet<string> = new Set(['870', '878', '881', '882', '883', '888', '979'])

/**
 * Null: the number may be dialled. E.164 in; `countries` are ISO 3166 codes. Emergency and service numbers (112, 911,
 * N11) are no numbers of any plan, and so invalid.
 */
export function refusedDestination(
  number: string,
  countries: ReadonlySet<string>,
): DestinationRefusal | null {
  const parsed = parsePhoneNumberFromString(number)
  if (parsed === undefined || !parsed.isValid()) return 'invalid_number'
  if (globalCodes.has(parsed.countryCallingCode) || !allowedTypes.has(parsed.getType()))
    return 'number_type_not_allowed'
  return parsed.country !== undefined && countries.has(parsed.country) ? null : 'country_not_allowed'
}

/** The country that a number is of; null where it is of none. */
export function countryOf(number: string): string | null {
  return parsePhoneNumberFromString(number)?.country ?? null
}
