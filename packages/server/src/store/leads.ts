import type { BulkLead, ChangeLead, ListLeadsQuery, OnDuplicate } from '@parley/contract/leads'
import type { Page } from '@parley/contract/page'
import { type Kysely, type Selectable, sql } from 'kysely'
import type { AccountId, LeadId, LeadListId } from '../domain/ids.ts'
import { isUuid } from '../domain/is-uuid.ts'
import { oneEach } from '../domain/lead-entries.ts'
import { newId } from '../domain/new-id.ts'
import { decodeCursor, pageOfRows } from './cursor.ts'
import type { Database, Transaction } from './database.ts'
import { storableJson } from './storable-json.ts'
import type { Tables } from './tables.ts'

export type LeadRow = Selectable<Tables['leads']> & { list_ids: string[] }

/** A lead of an account, and where a list is named, of that list alone. */
export interface LeadOf {
  readonly account: AccountId
  readonly id: string
  readonly list?: string | undefined
}

export interface LeadEntries {
  readonly account: AccountId
  readonly entries: readonly BulkLead[]
  readonly onDuplicate: OnDuplicate
  readonly list: LeadListId | null
}

/** Adds up to the entries given. */
export interface EntryCounts {
  readonly inserted: number
  readonly updated: number
  readonly duplicates: number
}

/** Stores many leads and puts them all on the list. Rows are locked in the order of their numbers. */
export async function storeLeads(trx: Transaction, given: LeadEntries): Promise<EntryCounts> {
  const entries = oneEach(given.entries, given.onDuplicate)
  const fresh = new Set(await insertMissing(trx, given.account, entries))
  const known = entries.filter(entry => !fresh.has(entry.phone_number))
  const updated = given.onDuplicate === 'merge' ? await mergeInto(trx, given.account, known) : 0
  if (given.list !== null) await putOnList(trx, { ...given, entries, list: given.list })
  return { inserted: fresh.size, updated, duplicates: given.entries.length - fresh.size - updated }
}

/** Numbers that had no lead before. */
async function insertMissing(
  trx: Transaction,
  account: AccountId,
  entries: readonly BulkLead[],
): Promise<string[]> {
  const given = storableJson(entries.map(entry => ({ id: newId(), ...entry })))
  const rows = await sql<{ phone_number: string }>`
    insert into leads (id, account_id, phone_number, name, email, timezone, status, notes, request_data)
    select id, ${account}, phone_number, name, email, timezone, coalesce(status, 'New'),
      coalesce(notes, notes_append), coalesce(request_data, '{}')
    from ${entriesOf(given)} order by phone_number
    on conflict (account_id, phone_number) do nothing returning phone_number`.execute(trx)
  return rows.rows.map(row => row.phone_number)
}

async function mergeInto(
  trx: Transaction,
  account: AccountId,
  entries: readonly BulkLead[],
): Promise<number> {
  if (entries.length === 0) return 0
  const numbers = entries.map(entry => entry.phone_number)
  const merged = await sql`
    with locked as (
      select id, phone_number from leads
      where account_id = ${account} and phone_number = any(${numbers}::text[])
      order by phone_number for update
    )
    update leads set
      name = coalesce(given.name, leads.name),
      email = coalesce(given.email, leads.email),
      timezone = coalesce(given.timezone, leads.timezone),
      status = case leads.status when 'Unsubscribed' then leads.status else coalesce(given.status, leads.status) end,
      notes = coalesce(given.notes, nullif(concat_ws(E'\n', leads.notes, given.notes_append), '')),
      request_data = leads.request_data || coalesce(given.request_data, '{}'),
      updated_at = now()
    from locked join ${entriesOf(storableJson(entries))} using (phone_number)
    where leads.id = locked.id`.execute(trx)
  return Number(merged.numAffectedRows ?? 0n)
}

const entriesOf = (
  json: string,
) => sql`jsonb_to_recordset(${json}::jsonb) as given (id uuid, phone_number text,
  name text, email text, timezone text, status text, notes text, notes_append text, request_data jsonb)`

async function putOnList(
  trx: Transaction,
  { account, entries, list }: { account: AccountId; entries: readonly BulkLead[]; list: LeadListId },
): Promise<void> {
  const numbers = entries.map(entry => entry.phone_number)
  await sql`
    insert into lead_list_entries (list_id, lead_id)
    select ${list}, id from leads where account_id = ${account} and phone_number = any(${numbers}::text[])
    order by id on conflict do nothing`.execute(trx)
}

/** Null where there is no such lead: another account's is none. */
export async function findLead(
  { kysely }: Pick<Database, 'kysely'>,
  of: LeadOf | { readonly account: AccountId; readonly number: string },
): Promise<LeadRow | null> {
  let query = selectLeads(kysely, of.account)
  if ('number' in of) query = query.where('phone_number', '=', of.number)
  else {
    if (!isUuid(of.id)) return null
    query = query.where('id', '=', of.id as LeadId)
    if (of.list !== undefined) query = query.where(onList(of.list))
  }
  return (await query.executeTakeFirst()) ?? null
}

/** The account's leads, newest first. An unusable cursor throws RangeError. */
export async function listLeads(
  { kysely }: Database,
  account: AccountId,
  filter: ListLeadsQuery,
): Promise<Page<LeadRow>> {
  let query = selectLeads(kysely, account)
  if (filter.cursor !== undefined) query = query.where('id', '<', decodeCursor(filter.cursor) as LeadId)
  if (filter.list_id !== undefined) query = query.where(onList(filter.list_id))
  if (filter.status !== undefined) query = query.where('status', '=', filter.status)
  if (filter.phone_number !== undefined) query = query.where('phone_number', '=', filter.phone_number)
  const rows = await query
    .orderBy('id', 'desc')
    .limit(filter.limit + 1)
    .execute()
  return pageOfRows(rows, filter.limit)
}

/** Changes what is given. Null where there is no such lead. */
export async function changeLead(trx: Transaction, of: LeadOf, change: ChangeLead): Promise<LeadRow | null> {
  const lead = await findLead({ kysely: trx }, of)
  if (lead === null) return null
  const { notes_append: more, request_data: data, ...plain } = change
  await trx
    .updateTable('leads')
    .set({
      ...plain,
      ...(data === undefined ? {} : { request_data: storableJson(data) }),
      ...(more === undefined ? {} : { notes: sql<string>`concat_ws(E'\n', notes, ${more}::text)` }),
      updated_at: sql<Date>`now()`,
    })
    .where('id', '=', lead.id)
    .execute()
  return await findLead({ kysely: trx }, of)
}

/** Deletes the lead, or takes it off the list that is named. False where there is none. */
export async function deleteLead({ kysely }: Pick<Database, 'kysely'>, of: LeadOf): Promise<boolean> {
  if (!isUuid(of.id)) return false
  const id = of.id as LeadId
  const own = kysely
    .selectFrom('leads')
    .select('id')
    .where('account_id', '=', of.account)
    .where('id', '=', id)
  const deleted =
    of.list === undefined
      ? await kysely.deleteFrom('leads').where('id', 'in', own).executeTakeFirst()
      : await kysely
          .deleteFrom('lead_list_entries')
          .where('lead_id', 'in', own)
          .where('list_id', '=', of.list as LeadListId)
          .executeTakeFirst()
  return deleted.numDeletedRows > 0n
}

const selectLeads = (kysely: Kysely<Tables>, account: AccountId) =>
  kysely
    .selectFrom('leads')
    .selectAll()
    .select(from =>
      sql<string[]>`array(${from
        .selectFrom('lead_list_entries')
        .select(sql<string>`list_id::text`.as('list_id'))
        .whereRef('lead_id', '=', 'leads.id')
        .orderBy('list_id')})`.as('list_ids'),
    )
    .where('account_id', '=', account)

const onList = (list: string) => sql<boolean>`exists (
  select from lead_list_entries where lead_id = leads.id and list_id = ${list})`
