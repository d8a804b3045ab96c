import type { CallEventBody } from '@parley/contract/events'
import { type Selectable, sql } from 'kysely'
import { countryOf } from '../domain/destination.ts'
import type { AccountId, AgentId, CallId, CampaignId, LeadId } from '../domain/ids.ts'
import { isUuid } from '../domain/is-uuid.ts'
import type { CallPlan } from '../domain/call-plan.ts'
import type { CallingWindow } from '../domain/calling-window.ts'
import type { RetryTerms } from '../domain/retry.ts'
import type { Database, Transaction } from './database.ts'
import { storableJson } from './storable-json.ts'
import type { Tables } from './tables.ts'

export type CallRow = Selectable<Tables['calls']>

/** What a new call is made of; the rest of its row follows from the plan. */
export interface NewCall {
  readonly plan: CallPlan
  /** The request as it came. */
  readonly request: unknown
  readonly metadata: Readonly<Record<string, unknown>> | null
  readonly webhookUrl: string | null
  readonly webhookEvents: readonly string[] | null
  /** Absent: at once, at any time, and once. */
  readonly timing?: CallTiming
  /** Absent: the one that the request names, if it names one. */
  readonly agent?: AgentId | null
  /** Absent: it is nobody's but the account's own. */
  readonly campaign?: { readonly campaign: CampaignId; readonly lead: LeadId } | null
}

/** When a call is dialled. */
export interface CallTiming {
  /** It waits until then; null: it is queued at once. */
  readonly dialAfter: Date | null
  readonly window: CallingWindow | null
  readonly retry: RetryTerms | null
  /** For how long the preflight's answer holds. */
  readonly checkHoldsMs: number
}

/** Stores a call that waits, with the first of its events. */
export async function insertCall(trx: Transaction, call: NewCall, first: CallEventBody): Promise<CallRow> {
  const { plan } = call
  const row = {
    id: plan.callId,
    account_id: plan.accountId,
    phone_number: plan.to,
    from_number: plan.from,
    country: countryOf((plan.direction === 'inbound' ? plan.from : plan.to) ?? ''),
    agent_id: call.agent ?? agentNamed(call.request),
    status: 'queued' as const,
    mode: plan.mode,
    model: plan.model,
    voice: plan.voice,
    request: storableJson(call.request),
    plan: storableJson(plan),
    metadata: call.metadata === null ? null : storableJson(call.metadata),
    webhook_url: call.webhookUrl,
    webhook_events: call.webhookEvents === null ? null : [...call.webhookEvents],
    next_sequence: 2,
    ...(call.timing ? timingColumns(call.timing) : {}),
    ...(call.campaign ? { campaign_id: call.campaign.campaign, lead_id: call.campaign.lead } : {}),
  }
  const event = { call_id: plan.callId, sequence: 1, type: first.type, body: storableJson(first) }
  return await trx
    .with('stored', db => db.insertInto('calls').values(row).returningAll())
    .with('told', db => db.insertInto('call_events').values(event))
    .selectFrom('stored')
    .selectAll()
    .executeTakeFirstOrThrow()
}

function agentNamed(request: unknown): AgentId | null {
  const { agent_id: id } = (request ?? {}) as { agent_id?: unknown }
  return typeof id === 'string' && isUuid(id) ? (id as AgentId) : null
}

function timingColumns({ dialAfter, window, retry, checkHoldsMs }: CallTiming) {
  return {
    status: dialAfter === null ? ('queued' as const) : ('pending' as const),
    dial_after: dialAfter,
    dial_window: window === null ? null : JSON.stringify(window),
    retry: retry === null ? null : JSON.stringify(retry),
    checked_until: fromNow(checkHoldsMs),
  }
}

/** By the database's clock. */
export function fromNow(ms: number) {
  return sql<Date>`clock_timestamp() + make_interval(secs => ${ms / 1_000})`
}

/** Null where the account has no such call: another account's is none. */
export async function findCall(
  { kysely }: Pick<Database, 'kysely'>,
  o: { account: AccountId; id: string },
): Promise<CallRow | null> {
  if (!isUuid(o.id)) return null
  const row = await kysely
    .selectFrom('calls')
    .selectAll()
    .where('account_id', '=', o.account)
    .where('id', '=', o.id as CallId)
    .executeTakeFirst()
  return row ?? null
}

/** The call that a signed link names: the link stands for the account's consent. */
export async function findLinkedCall({ kysely }: Database, id: string): Promise<CallRow | null> {
  if (!isUuid(id)) return null
  const row = await kysely
    .selectFrom('calls')
    .selectAll()
    .where('id', '=', id as CallId)
    .executeTakeFirst()
  return row ?? null
}

/** As `findCall`, and nobody else changes the row until the transaction ends. */
export async function lockCall(
  trx: Transaction,
  o: { account: AccountId; id: string },
): Promise<CallRow | null> {
  if (!isUuid(o.id)) return null
  const row = await trx
    .selectFrom('calls')
    .selectAll()
    .where('account_id', '=', o.account)
    .where('id', '=', o.id as CallId)
    .forUpdate()
    .executeTakeFirst()
  return row ?? null
}
