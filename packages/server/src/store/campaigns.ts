import type { CampaignObject, CampaignStatus } from '@parley/contract/campaigns'
import type { Page } from '@parley/contract/page'
import { type Selectable, sql } from 'kysely'
import type { AccountId, CampaignId, LeadListId } from '../domain/ids.ts'
import { isUuid } from '../domain/is-uuid.ts'
import { newId } from '../domain/new-id.ts'
import type { StoredConfig } from './campaign-tables.ts'
import { decodeCursor, pageOfRows } from './cursor.ts'
import type { Database, Transaction } from './database.ts'
import { enqueueAccountEvent } from './outbox.ts'
import { storableJson } from './storable-json.ts'
import type { Tables } from './tables.ts'

export type CampaignRow = Selectable<Tables['campaigns']>

export interface CampaignOf {
  readonly account: AccountId
  readonly id: string
}

export async function insertCampaign(
  trx: Transaction,
  { account, config }: { account: AccountId; config: StoredConfig },
): Promise<CampaignRow> {
  return await trx
    .insertInto('campaigns')
    .values({ id: newId<CampaignId>(), account_id: account, ...columnsOf(config) })
    .returningAll()
    .executeTakeFirstOrThrow()
}

/** Null where the account has no such campaign: another account's is none. */
export async function findCampaign(
  { kysely }: Pick<Database, 'kysely'>,
  of: CampaignOf,
): Promise<CampaignRow | null> {
  if (!isUuid(of.id)) return null
  const row = await kysely
    .selectFrom('campaigns')
    .selectAll()
    .where('account_id', '=', of.account)
    .where('id', '=', of.id as CampaignId)
    .executeTakeFirst()
  return row ?? null
}

/** As `findCampaign`; whoever places its calls waits until the transaction ends. */
export async function lockCampaign(trx: Transaction, of: CampaignOf): Promise<CampaignRow | null> {
  if (!isUuid(of.id)) return null
  const row = await trx
    .selectFrom('campaigns')
    .selectAll()
    .where('account_id', '=', of.account)
    .where('id', '=', of.id as CampaignId)
    .forUpdate()
    .executeTakeFirst()
  return row ?? null
}

/** The account's campaigns, newest first. An unusable cursor throws RangeError. */
export async function listCampaigns(
  { kysely }: Database,
  account: AccountId,
  page: { limit: number; cursor?: string | undefined; status?: CampaignStatus | undefined },
): Promise<Page<CampaignRow>> {
  let query = kysely.selectFrom('campaigns').selectAll().where('account_id', '=', account)
  if (page.cursor !== undefined) query = query.where('id', '<', decodeCursor(page.cursor) as CampaignId)
  if (page.status !== undefined) query = query.where('status', '=', page.status)
  const rows = await query
    .orderBy('id', 'desc')
    .limit(page.limit + 1)
    .execute()
  return pageOfRows(rows, page.limit)
}

/** Its row must be locked. The list is taken up from its beginning: it may be another one. */
export async function storeConfig(
  trx: Transaction,
  id: CampaignId,
  config: StoredConfig,
): Promise<CampaignRow> {
  return await trx
    .updateTable('campaigns')
    .set({ ...columnsOf(config), taken_up_to: null, updated_at: sql<Date>`now()` })
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirstOrThrow()
}

function columnsOf(config: StoredConfig) {
  return {
    name: config.name,
    lead_list_id: config.lead_list_id as LeadListId,
    config: storableJson(config),
    starts_at: config.starts_at === undefined ? null : new Date(config.starts_at),
  }
}

/** Moves a campaign on and tells of it; its row must be locked. */
export async function moveOn(
  trx: Transaction,
  campaign: CampaignRow,
  to: { status: CampaignStatus; event: string | null; reason?: string },
): Promise<CampaignRow> {
  const now = sql<Date>`now()`
  const begins = to.status === 'running'
  const ends = to.status === 'completed' || to.status === 'cancelled'
  const row = await trx
    .updateTable('campaigns')
    .set({
      status: to.status,
      pause_reason: to.reason ?? null,
      updated_at: now,
      ...(begins ? { watched_from: now, started_at: sql<Date>`coalesce(started_at, now())` } : {}),
      ...(begins ? { tokens: 1, tokens_at: now } : {}),
      ...(ends ? { ended_at: now } : {}),
    })
    .where('id', '=', campaign.id)
    .returningAll()
    .executeTakeFirstOrThrow()
  if (to.event !== null)
    await enqueueAccountEvent(trx, {
      account: row.account_id,
      event: to.event,
      object: campaignObject(row),
      url: webhookUrlOf(row),
    })
  return row
}

export async function removeCampaign(trx: Transaction, id: CampaignId): Promise<void> {
  await trx.deleteFrom('campaigns').where('id', '=', id).execute()
}

/** Who hears of the campaign, beside the account's subscriptions. */
export function webhookUrlOf({ config }: Pick<CampaignRow, 'config'>): string | null {
  const url = config['webhook_url']
  return typeof url === 'string' ? url : null
}

export function campaignObject(row: CampaignRow): CampaignObject {
  return {
    ...row.config,
    id: row.id,
    account_id: row.account_id,
    name: row.name,
    status: row.status,
    lead_list_id: row.lead_list_id,
    pause_reason: row.pause_reason,
    started_at: row.started_at?.toISOString() ?? null,
    ended_at: row.ended_at?.toISOString() ?? null,
    created_at: row.created_at.toISOString(),
    updated_at: row.updated_at.toISOString(),
  }
}
