import { getCountries, getExampleNumber } from 'libphonenumber-js/max'
import examples from 'libphonenumber-js/mobile/examples'
import { expect, test } from 'vitest'
import { countryOf, refusedDestination } from './destination.ts'

const home = new Set(['US', 'GB', 'DE', 'ES'])

test.each<[string, string | null]>([
  ['+14155551234', null],
  ['+18005551234', null],
  ['+34612345678', null],
  ['+4930123456', null],
  // +1, and not the United States.
  ['+18765551234', 'country_not_allowed'],
  ['+18095551234', 'country_not_allowed'],
  ['+12843001234', 'country_not_allowed'],
  ['+16045551234', 'country_not_allowed'],
  ['+33123456789', 'country_not_allowed'],
  // +44, and not Great Britain.
  ['+447781123456', 'country_not_allowed'],
  // Freephone of no country.
  ['+80012345678', 'country_not_allowed'],
  // Premium, shared cost, personal, company-wide.
  ['+19005551234', 'number_type_not_allowed'],
  ['+491801234567', 'number_type_not_allowed'],
  ['+34902123456', 'number_type_not_allowed'],
  ['+15005551234', 'number_type_not_allowed'],
  ['+447012345678', 'number_type_not_allowed'],
  ['+443001234567', 'number_type_not_allowed'],
  // Satellites, networks and premium of no country.
  ['+870773111632', 'number_type_not_allowed'],
  ['+881612345678', 'number_type_not_allowed'],
  ['+979123456789', 'number_type_not_allowed'],
  // Emergency, service and impossible numbers.
  ...['+1911', '+1411', '+1112', '+34112', '+44999', '+49110', '+1415555', '+999123456789'].map(
    (number): [string, string] => [number, 'invalid_number'],
  ),
])('%s: %s', (number, refusal) => {
  expect(refusedDestination(number, home)).toBe(refusal)
})

/** Territories that share the numbers of their neighbours are told as those. */
test.each(getCountries())('a mobile of %s is dialled where its country is allowed, and nowhere else', of => {
  const number = getExampleNumber(of, examples)?.number ?? ''
  const country = countryOf(number) ?? ''
  expect(refusedDestination(number, new Set([country]))).toBe(null)
  const others = new Set(getCountries().filter(other => other !== country))
  expect(refusedDestination(number, others)).toBe('country_not_allowed')
})
