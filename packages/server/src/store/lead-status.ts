import type { LeadStatus } from '@parley/contract/leads'
import { sql } from 'kysely'
import type { AccountId, LeadId } from '../domain/ids.ts'
import type { Transaction } from './database.ts'
import { enqueueAccountEvent } from './outbox.ts'

/** A lead's status only goes further by itself; whoever has unsubscribed stays so. */
const further: Readonly<Record<LeadStatus, readonly LeadStatus[]>> = {
  New: [],
  Contacted: ['New'],
  Converted: ['New', 'Contacted'],
  Unsubscribed: ['New', 'Contacted', 'Converted'],
}

export interface StatusChange {
  readonly account: AccountId
  readonly lead: { readonly id: LeadId } | { readonly number: string }
  readonly status: LeadStatus
  /** What else is told with it. */
  readonly because: Readonly<Record<string, unknown>>
  /** Who hears of it beside the account's subscriptions. */
  readonly url?: string | null
}

/** Moves a lead on, and tells of it. False: it is as far already, or there is no such lead. */
export async function advanceLead(trx: Transaction, change: StatusChange): Promise<boolean> {
  const { account, lead, status } = change
  const found = await trx
    .selectFrom('leads')
    .select(['id', 'phone_number', 'name', 'status'])
    .where('account_id', '=', account)
    .where(is => ('id' in lead ? is('id', '=', lead.id) : is('phone_number', '=', lead.number)))
    .forUpdate()
    .executeTakeFirst()
  if (found === undefined || !further[status].includes(found.status)) return false
  await trx
    .updateTable('leads')
    .set({ status, updated_at: sql<Date>`now()` })
    .where('id', '=', found.id)
    .execute()
  await tellStatus(trx, { ...change, lead: { ...found, status }, before: found.status })
  return true
}

/** Tells of a status that has been changed. */
export async function tellStatus(
  trx: Transaction,
  told: Pick<StatusChange, 'account' | 'because' | 'url'> & {
    readonly lead: { id: LeadId; phone_number: string; name: string | null; status: LeadStatus }
    readonly before: LeadStatus
  },
): Promise<void> {
  const { id, phone_number, name, status } = told.lead
  await enqueueAccountEvent(trx, {
    account: told.account,
    event: 'lead.status_changed',
    object: { lead: { id, phone_number, name, status }, previous_status: told.before, ...told.because },
    url: told.url ?? null,
  })
}
