import { placeCallSchema } from '@parley/contract/place-call'
import { expect, test } from 'vitest'
import { checkCall } from './check-call.ts'

const against = {
  catalogue: { models: [], voices: [], recognizedLanguages: [] },
  ownVoices: [],
  allowSipUris: false,
  ownedKnowledge: new Set<string>(),
}

function faultsOf(destinations: readonly object[], allowSipUris = false): string[] {
  const body = { phone_number: '+14155551234', task: 'Confirm the appointment.', transfer: { destinations } }
  const parsed = placeCallSchema.safeParse(body)
  if (!parsed.success) return parsed.error.issues.map(({ message }) => message)
  const { faults } = checkCall(parsed.data, body, { ...against, allowSipUris })
  return faults.filter(({ path }) => path.startsWith('transfer')).map(({ path, code }) => `${path} ${code}`)
}

const number = { name: 'Sales', phone_number: '+14155550100' }

test.each([
  [[number], []],
  [[], [expect.stringContaining('>=1')]],
  [[{ name: 'Sales' }], ['Exactly one of phone_number and sip_uri must be given']],
  [[{ ...number, sip_uri: 'sip:a@example.com' }], ['Exactly one of phone_number and sip_uri must be given']],
  [[number, { ...number, name: 'sales' }], ['Every destination must have a name of its own']],
  [[{ name: 'a', sip_uri: 'sip:a@example.com' }], ['transfer.destinations[0].sip_uri sip_uri_not_allowed']],
])('%j', (destinations, faults) => {
  expect(faultsOf(destinations)).toEqual(faults)
})

test('an account may allow sip: URIs', () => {
  expect(faultsOf([{ name: 'a', sip_uri: 'sip:a@example.com' }], true)).toEqual([])
})

test('a briefing is a template like the others', () => {
  const body = {
    phone_number: '+14155551234',
    task: 'Confirm the appointment.',
    transfer: { destinations: [number], mode: 'warm', briefing: 'A call about {{topic}}.' },
  }
  const { faults } = checkCall(placeCallSchema.parse(body), body, against)
  expect(faults).toContainEqual(
    expect.objectContaining({ path: 'transfer.briefing', code: 'placeholder_without_value' }),
  )
})

test('a number that nobody has is no destination', () => {
  const [fault] = faultsOf([number, { name: 'b', phone_number: '+19991234' }])
  expect(fault).toMatch(/^transfer\.destinations\[1\]\.phone_number /)
})
