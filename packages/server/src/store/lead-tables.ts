import type { LeadImportObject } from '@parley/contract/lead-lists'
import type { LeadStatus, OnDuplicate } from '@parley/contract/leads'
import type { Generated, JSONColumnType } from 'kysely'
import type { AccountId, LeadId, LeadImportId, LeadListId } from '../domain/ids.ts'

/** The tables of `migrations/0020-leads.sql`. */

export interface LeadsTable {
  id: LeadId
  account_id: AccountId
  phone_number: string
  name: string | null
  email: string | null
  timezone: string | null
  status: Generated<LeadStatus>
  notes: string | null
  request_data: JSONColumnType<Record<string, unknown>>
  created_at: Generated<Date>
  updated_at: Generated<Date>
}

export interface LeadListsTable {
  id: LeadListId
  account_id: AccountId
  name: string
  description: string | null
  created_at: Generated<Date>
  updated_at: Generated<Date>
}

export interface LeadListEntriesTable {
  list_id: LeadListId
  lead_id: LeadId
}

export interface LeadImportsTable {
  id: LeadImportId
  account_id: AccountId
  list_id: LeadListId | null
  on_duplicate: OnDuplicate
  country: string | null
  status: Generated<LeadImportObject['status']>
  reader: string | null
  error: string | null
  bytes_read: Generated<string>
  rows_read: Generated<number>
  inserted: Generated<number>
  updated: Generated<number>
  duplicates: Generated<number>
  rejected: Generated<number>
  created_at: Generated<Date>
  updated_at: Generated<Date>
}

export interface LeadImportErrorsTable {
  import_id: LeadImportId
  row: number
  path: string
  message: string
  code: string
}
