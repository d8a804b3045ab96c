import type { FilterValue } from '@parley/contract/webhooks'
import type { Generated, JSONColumnType } from 'kysely'
import type { AccountId, CallId, WebhookId } from '../domain/ids.ts'

/** Subscriptions, events that wait to be shared out among them, and messages. */

export interface WebhookSubscriptionsTable {
  id: WebhookId
  account_id: AccountId
  event: string
  url: string
  filters: JSONColumnType<Record<string, FilterValue>>
  enabled: Generated<boolean>
  disabled_reason: string | null
  secret_sealed: string
  previous_secret_sealed: string | null
  previous_secret_until: Date | null
  created_at: Generated<Date>
  updated_at: Generated<Date>
}

export interface WebhookEventsTable {
  id: string
  account_id: AccountId
  call_id: CallId | null
  event: string
  details: JSONColumnType<Record<string, unknown>> | null
  /** A bigint, which comes as text. */
  sequence: string
  occurred_at: Generated<Date>
  due_at: Generated<Date>
}

export interface WebhookDeliveriesTable {
  id: string
  account_id: AccountId
  call_id: CallId | null
  subscription_id: WebhookId | null
  event_id: string | null
  event: string
  url: string
  details: JSONColumnType<Record<string, unknown>> | null
  sequence: string | null
  body: string | null
  status: Generated<'pending' | 'delivered' | 'failed'>
  tries: Generated<number>
  next_try_at: Generated<Date>
  delivered_at: Date | null
  last_http_status: number | null
  last_error: string | null
  created_at: Generated<Date>
}
