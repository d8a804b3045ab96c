import { expect, test } from 'vitest'
import { readHeader, readRow } from './lead-file.ts'

const columns = ['phone_number', 'name', 'timezone', 'notes', 'notes_append', 'visit']

test.each([
  [
    [' phone_number ', 'name'],
    ['phone_number', 'name'],
  ],
  [['phone', 'name'], { fault: expect.stringContaining('phone_number') }],
  [['phone_number', '__proto__'], { fault: expect.stringContaining('no name') }],
  [['phone_number', ''], { fault: expect.stringContaining('no name') }],
  [['phone_number', 'a', 'a'], { fault: expect.stringContaining('"a" twice') }],
])('header %#', (cells, expected) => {
  expect(readHeader(cells)).toEqual(expected)
})

test.each([
  [['+14155551234', 'Ada', '', '', '', ''], null, { phone_number: '+14155551234', name: 'Ada' }],
  [
    ['(415) 555-1234', '', '', '', '', '3 pm'],
    'US',
    { phone_number: '+14155551234', request_data: { visit: '3 pm' } },
  ],
  [
    ['+34 612 345 678', '', 'Europe/Madrid', '', '', ''],
    'US',
    { phone_number: '+34612345678', timezone: 'Europe/Madrid' },
  ],
])('row %#', (cells, country, lead) => {
  expect(readRow(columns, cells, country)).toEqual({ lead })
})

test.each([
  [['(415) 555-1234', '', '', '', '', ''], 'phone_number', 'invalid_format'],
  [['', 'Ada', '', '', '', ''], 'phone_number', 'required'],
  [['+1415555', '', '', '', '', ''], 'phone_number', 'too_short'],
  [['+14155551234', '', 'Mars/Base', '', '', ''], 'timezone', 'invalid_value'],
  [['+14155551234', '', '', 'a', 'b', ''], 'notes_append', 'invalid_value'],
  [['+14155551234', 'Ada'], '', 'cell_count'],
])('row fault %#', (cells, path, code) => {
  expect(readRow(columns, cells, null)).toMatchObject({ faults: [{ path, code }] })
})
