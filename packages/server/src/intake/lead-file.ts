import type { Fault } from '@parley/contract/errors'
import { faultsOf } from '@parley/contract/faults'
import { type BulkLead, bulkLeadSchema } from '@parley/contract/leads'
import { type CountryCode, parsePhoneNumberFromString } from 'libphonenumber-js/max'
import { numberFault } from './own-leads.ts'

/**
 * A file of leads, row by row. Its header names the fields; columns of other names fill `request_data`. An empty cell
 * says nothing.
 */

const fields: ReadonlySet<string> = new Set(
  Object.keys(bulkLeadSchema.shape).filter(key => key !== 'request_data'),
)

/** Of values that fill placeholders. */
const isName = /^[^\0{}|]{1,64}$/

export type LeadColumns = readonly string[]

/** Why the header can not be used, or its columns. */
export function readHeader(cells: readonly string[]): LeadColumns | { readonly fault: string } {
  const columns = cells.map(cell => cell.trim())
  if (!columns.includes('phone_number')) return { fault: 'The header has no column phone_number' }
  const unusable = columns.find(column => !isName.test(column) || column === '__proto__')
  if (unusable !== undefined)
    return { fault: `The header has the column "${unusable}", which can be no name` }
  const twice = columns.find((column, index) => columns.indexOf(column) !== index)
  if (twice !== undefined) return { fault: `The header has the column "${twice}" twice` }
  return columns
}

export type ReadRow = { readonly lead: BulkLead } | { readonly faults: readonly Fault[] }

/** `country`: where numbers without a country code are. */
export function readRow(columns: LeadColumns, cells: readonly string[], country: string | null): ReadRow {
  if (cells.length !== columns.length) {
    const message = `The row has ${cells.length} cells and the header ${columns.length}`
    return { faults: [{ path: '', message, code: 'cell_count' }] }
  }
  const entry: Record<string, unknown> = {}
  const data: Record<string, string> = {}
  for (const [index, column] of columns.entries()) {
    const cell = cells[index]?.trim() ?? ''
    if (cell === '') continue
    if (column === 'phone_number') entry[column] = international(cell, country)
    else if (fields.has(column)) entry[column] = cell
    else data[column] = cell
  }
  if (Object.keys(data).length > 0) entry['request_data'] = data
  const read = bulkLeadSchema.safeParse(entry, { reportInput: true })
  const faults = [
    ...(read.success ? [] : faultsOf(read.error)),
    ...numberFault(entry['phone_number'], 'phone_number'),
  ]
  return read.success && faults.length === 0 ? { lead: read.data } : { faults }
}

/** As people write numbers; what is none stays, to be told as a fault. */
function international(cell: string, country: string | null): string {
  const number = parsePhoneNumberFromString(cell, {
    ...(country === null ? {} : { defaultCountry: country as CountryCode }),
    extract: false,
  })
  return number?.number ?? cell
}
