import { ApiError, type Fault } from '@parley/contract/errors'
import { faultsOf } from '@parley/contract/faults'
import { e164, phoneMessage } from '@parley/contract/fields'
import { bulkLeadsSchema, changeLeadSchema, createLeadSchema } from '@parley/contract/leads'
import type { z } from 'zod'
import type { AccountId, LeadListId } from '../domain/ids.ts'
import { dialability } from '../domain/phone-number.ts'
import type { Database, Transaction } from '../store/database.ts'
import { tellStatus } from '../store/lead-status.ts'
import { holdLeadList } from '../store/lead-lists.ts'
import {
  changeLead,
  type EntryCounts,
  findLead,
  type LeadOf,
  type LeadRow,
  storeLeads,
} from '../store/leads.ts'

/** What customers do with their leads. */

export interface CreatedLeadRow {
  readonly row: LeadRow
  readonly existed: boolean
}

/** What else must be stored if and only if the leads are. */
type Alongside<Result> = (trx: Transaction, result: Result) => Promise<void>

interface LeadDeps<Result> {
  readonly database: Database
  readonly alongside?: Alongside<Result>
}

/** A number that has its lead keeps it as it is. Throws ApiError `invalid_request` with every fault. */
export async function createLead(
  { database, alongside }: LeadDeps<CreatedLeadRow>,
  account: AccountId,
  body: unknown,
): Promise<CreatedLeadRow> {
  const { list_id: listId, ...entry } = readChecked(createLeadSchema, body)
  return await database.kysely.transaction().execute(async trx => {
    const list = await ownList(trx, account, listId)
    const { inserted } = await storeLeads(trx, { account, entries: [entry], onDuplicate: 'skip', list })
    const row = await findLead({ kysely: trx }, { account, number: entry.phone_number })
    if (row === null)
      throw new ApiError('conflict', { detail: 'The lead was deleted meanwhile', current_status: 'deleted' })
    const created = { row, existed: inserted === 0 }
    await alongside?.(trx, created)
    return created
  })
}

/** All or nothing. Throws ApiError `invalid_request` with every fault. */
export async function createLeads(
  { database, alongside }: LeadDeps<EntryCounts & { total: number }>,
  account: AccountId,
  body: unknown,
): Promise<EntryCounts & { total: number }> {
  const { leads: entries, on_duplicate: onDuplicate, list_id: listId } = readChecked(bulkLeadsSchema, body)
  return await database.kysely.transaction().execute(async trx => {
    const list = await ownList(trx, account, listId)
    const counts = await storeLeads(trx, { account, entries, onDuplicate, list })
    const result = { ...counts, total: entries.length }
    await alongside?.(trx, result)
    return result
  })
}

/** Throws ApiError `invalid_request` with every fault, or `not_found`. */
export async function changeOwnLead(
  { database, alongside }: LeadDeps<LeadRow>,
  of: LeadOf,
  body: unknown,
): Promise<LeadRow> {
  const change = readChecked(changeLeadSchema, body)
  const row = await database.kysely.transaction().execute(async trx => {
    const before = await findLead({ kysely: trx }, of)
    const changed = await changeLead(trx, of, change)
    if (before && changed && before.status !== changed.status)
      await tellStatus(trx, { account: of.account, lead: changed, before: before.status, because: {} })
    if (changed) await alongside?.(trx, changed)
    return changed
  })
  return row ?? unknownLead()
}

export function unknownLead(): never {
  throw new ApiError('not_found', { detail: 'No such lead' })
}

/** Null where none is named. Throws ApiError `invalid_request` where the account has no such list. */
export async function ownList(
  trx: Transaction,
  account: AccountId,
  id: string | undefined,
): Promise<LeadListId | null> {
  if (id === undefined) return null
  const list = await holdLeadList(trx, { account, id })
  if (list !== null) return list
  const message = 'The account has no such list'
  throw new ApiError('invalid_request', { errors: [{ path: 'list_id', message, code: 'unknown_list' }] })
}

function readChecked<Schema extends z.ZodType>(schema: Schema, body: unknown): z.output<Schema> {
  const read = schema.safeParse(body, { reportInput: true })
  const errors = [...(read.success ? [] : faultsOf(read.error)), ...numberFaults(body)]
  if (!read.success || errors.length > 0) throw new ApiError('invalid_request', { errors })
  return read.data
}

/** Numbers that look right and that nobody can have, in a lead or a body with `leads`. */
function numberFaults(body: unknown): Fault[] {
  if (!isObject(body)) return []
  const { leads } = body
  if (!Array.isArray(leads)) return numberFault(body['phone_number'], 'phone_number')
  return leads.flatMap((lead: unknown, index) =>
    isObject(lead) ? numberFault(lead['phone_number'], `leads[${index}].phone_number`) : [],
  )
}

export function numberFault(number: unknown, path: string): Fault[] {
  if (typeof number !== 'string' || !e164.test(number)) return []
  const found = dialability(number)
  return found === 'dialable' ? [] : [{ path, message: phoneMessage, code: found }]
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}
