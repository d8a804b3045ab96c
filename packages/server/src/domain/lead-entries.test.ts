import type { BulkLead } from '@parley/contract/leads'
import { expect, test } from 'vitest'
import { oneEach } from './lead-entries.ts'

const number = '+14155551234'
const entry = (more: Partial<BulkLead>): BulkLead => ({ phone_number: number, ...more })

test.each<[string, Partial<BulkLead>[], Partial<BulkLead>]>([
  [
    'later words replace earlier ones',
    [{ name: 'A', email: 'a@b.co' }, { name: 'B' }],
    { name: 'B', email: 'a@b.co' },
  ],
  [
    'values go name by name',
    [{ request_data: { a: 1, b: 1 } }, { request_data: { b: 2 } }],
    { request_data: { a: 1, b: 2 } },
  ],
  ['whole notes replace what was appended', [{ notes_append: 'x' }, { notes: 'y' }], { notes: 'y' }],
  ['lines are added to whole notes', [{ notes: 'x' }, { notes_append: 'y' }], { notes: 'x\ny' }],
  ['lines add up', [{ notes_append: 'x' }, { notes_append: 'y' }], { notes_append: 'x\ny' }],
  ['what is not said again stays', [{ notes: 'x' }, { name: 'B' }], { notes: 'x', name: 'B' }],
])('merged, %s', (_name, entries, expected) => {
  expect(oneEach(entries.map(entry), 'merge')).toEqual([entry(expected)])
})

test('skipped, the first entry of a number is the one', () => {
  const other = { phone_number: '+14155550000' }
  expect(oneEach([entry({ name: 'A' }), other, entry({ name: 'B' })], 'skip')).toEqual([
    entry({ name: 'A' }),
    other,
  ])
})
