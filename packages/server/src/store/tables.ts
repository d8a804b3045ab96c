import type { CallAnalysis } from '@parley/contract/analysis'
import type {
  CarrierKind,
  CarrierTest,
  GatewayTransport,
  RegistrationStatus,
  TrunkType,
} from '@parley/contract/carriers'
import type { Consent } from '@parley/contract/consents'
import type { CallEventBody, Speaker } from '@parley/contract/events'
import type { LineQuality } from '@parley/contract/line-quality'
import type { ListingSource } from '@parley/contract/do-not-call'
import type { Answerer, CallMode, CallStatus, EndReason, NetworkStatus } from '@parley/contract/status'
import type { ColumnType, Generated, JSONColumnType } from 'kysely'
import type { CallPlan } from '../domain/call-plan.ts'
import type { ControlWish } from '../domain/control.ts'
import type { CallingWindow } from '../domain/calling-window.ts'
import type { CapSettings } from '../domain/account-caps.ts'
import type { Fault } from '../domain/outcome.ts'
import type { RetryTerms } from '../domain/retry.ts'
import type { QuotaSetting, RetentionSetting } from './account-settings.ts'
import type { CampaignLeadsTable, CampaignLeaseTable, CampaignsTable } from './campaign-tables.ts'
import type { AuditHeadsTable, AuditLogTable } from './audit-tables.ts'
import type { KnowledgeBasesTable, KnowledgePassagesTable } from './knowledge-tables.ts'
import type { SimulationRunsTable, SimulationsTable } from './simulation-tables.ts'
import type {
  WebhookDeliveriesTable,
  WebhookEventsTable,
  WebhookSubscriptionsTable,
} from './webhook-tables.ts'
import type {
  LeadImportErrorsTable,
  LeadImportsTable,
  LeadListEntriesTable,
  LeadListsTable,
  LeadsTable,
} from './lead-tables.ts'
import type { VoicesTable } from './voice-tables.ts'
import type {
  AccountId,
  AgentId,
  ApiKeyId,
  CallId,
  CampaignId,
  CarrierId,
  CarrierTestId,
  ControlId,
  LeadId,
  NodeId,
  TrunkId,
} from '../domain/ids.ts'

/** The tables of `migrations/`, column by column. `timestamptz` is a Date in code. */
export interface Tables {
  accounts: AccountsTable
  api_keys: ApiKeysTable
  agents: AgentsTable
  agent_versions: AgentVersionsTable
  phone_numbers: PhoneNumbersTable
  carriers: CarriersTable
  registrations: RegistrationsTable
  trunk_limits: TrunkLimitsTable
  carrier_tests: CarrierTestsTable
  voices: VoicesTable
  nodes: NodesTable
  calls: CallsTable
  second_legs: SecondLegsTable
  attempts: AttemptsTable
  call_controls: CallControlsTable
  listen_tickets: ListenTicketsTable
  call_events: CallEventsTable
  transcript_entries: TranscriptEntriesTable
  webhook_deliveries: WebhookDeliveriesTable
  webhook_subscriptions: WebhookSubscriptionsTable
  webhook_events: WebhookEventsTable
  idempotency_keys: IdempotencyKeysTable
  audit_log: AuditLogTable
  audit_heads: AuditHeadsTable
  do_not_call: DoNotCallTable
  consents: ConsentsTable
  secrets: SecretsTable
  knowledge_bases: KnowledgeBasesTable
  knowledge_passages: KnowledgePassagesTable
  leads: LeadsTable
  lead_lists: LeadListsTable
  lead_list_entries: LeadListEntriesTable
  lead_imports: LeadImportsTable
  campaigns: CampaignsTable
  campaign_leads: CampaignLeadsTable
  campaign_lease: CampaignLeaseTable
  lead_import_errors: LeadImportErrorsTable
  simulations: SimulationsTable
  simulation_runs: SimulationRunsTable
}

interface AccountsTable {
  id: AccountId
  name: string
  webhook_secret_sealed: string
  previous_webhook_secret_sealed: string | null
  previous_webhook_secret_until: Date | null
  settings: ColumnType<AccountSettings, string | undefined, string>
  is_operator: Generated<boolean>
  created_at: Generated<Date>
}

/** What an operator has allowed or set for an account. Absent means the default. */
export interface AccountSettings {
  /** `sip:` URIs may be dialled. */
  allowSipUris?: boolean
  /** What every call tells the callee before the agent's first words. */
  disclosure?: { ai?: boolean; recording?: boolean }
  /** ISO 3166 codes of the countries that may be called, in place of the ones the account is at home in. */
  allowedCountries?: string[]
  /** Only those are called of whom a consent is recorded that holds. */
  consentRequired?: boolean
  caps?: CapSettings
  /** Subscriptions to events. Absent: 100. */
  maxWebhooks?: number
  /** What the quota is called. */
  plan?: string
  /** Absent: without limit. */
  quota?: QuotaSetting
  retention?: RetentionSetting
  /** Places and takes no calls. */
  suspended?: boolean
}

interface ApiKeysTable {
  id: ApiKeyId
  account_id: AccountId
  name: string
  prefix: string
  last_four: string
  hash: Buffer
  scopes: string[]
  allowed_ips: Generated<string[]>
  expires_at: Date | null
  revoked_at: Date | null
  created_at: Generated<Date>
}

interface PhoneNumbersTable {
  id: string
  account_id: AccountId
  number: string
  label: string | null
  carrier_id: CarrierId | null
  source: Generated<'api' | 'settings'>
  inbound_agent_id: AgentId | null
  inbound_agent: JSONColumnType<Record<string, unknown>> | null
  created_at: Generated<Date>
}

interface CarriersTable {
  id: CarrierId
  account_id: AccountId
  name: string
  kind: CarrierKind
  trunk_type: TrunkType | null
  host: string | null
  port: number | null
  transport: GatewayTransport | null
  srtp: Generated<boolean>
  outbound: boolean
  inbound: boolean
  username: string | null
  password_sealed: string | null
  realm: Generated<string | null>
  inbound_auth: Generated<boolean>
  priority: number
  created_at: Generated<Date>
}

interface RegistrationsTable {
  carrier_id: CarrierId
  node_id: NodeId
  status: Generated<RegistrationStatus>
  detail: Generated<string | null>
  contact: Generated<string | null>
}

interface TrunkLimitsTable {
  trunk_id: TrunkId
  max_concurrent_calls: number | null
  calls_per_second: number | null
}

interface CarrierTestsTable {
  id: CarrierTestId
  carrier_id: CarrierId
  result: JSONColumnType<CarrierTest> | null
  created_at: Generated<Date>
}

interface AgentsTable {
  id: AgentId
  account_id: AccountId
  name: string
  version: Generated<number>
  created_at: Generated<Date>
  updated_at: Generated<Date>
}

interface AgentVersionsTable {
  agent_id: AgentId
  version: number
  options: JSONColumnType<Record<string, unknown>>
  created_at: Generated<Date>
}

interface NodesTable {
  id: NodeId
  host: string
  started_at: Generated<Date>
  lease_until: Date
  draining: Generated<boolean>
  browser_url: Generated<string | null>
  max_calls: Generated<number>
  internal_url: Generated<string | null>
  providers_down: Generated<string[]>
}

interface CallsTable {
  id: CallId
  account_id: AccountId
  direction: Generated<'outbound' | 'inbound'>
  phone_number: string
  from_number: string | null
  status: CallStatus
  call_status: NetworkStatus | null
  mode: CallMode
  model: string
  voice: string
  request: JSONColumnType<Record<string, unknown>>
  plan: JSONColumnType<CallPlan>
  metadata: JSONColumnType<Record<string, unknown>> | null
  webhook_url: string | null
  webhook_events: string[] | null
  attempt: Generated<number>
  next_sequence: Generated<number>
  provider_call_id: string | null
  node_id: NodeId | null
  trunk_id: Generated<TrunkId | null>
  lifeline: string | null
  stop_requested: 'now' | 'farewell' | null
  created_at: Generated<Date>
  started_at: Date | null
  answered_at: Date | null
  ended_at: Date | null
  end_reason: EndReason | null
  error_message: string | null
  answered_by: Generated<Answerer>
  summary: string | null
  disposition: string | null
  analysis: JSONColumnType<CallAnalysis> | null
  is_conversion: Generated<boolean>
  recording_path: string | null
  recording_status: Generated<'none' | 'recording' | 'ready' | 'partial'>
  country: string | null
  agent_id: AgentId | null
  latency: JSONColumnType<CallLatency> | null
  turn_latencies_ms: Generated<number[]>
  turn_taking: JSONColumnType<TurnTaking> | null
  line_stats: JSONColumnType<LineQuality> | null
  completed: Generated<boolean>
  dial_after: Date | null
  dial_window: JSONColumnType<CallingWindow> | null
  retry: JSONColumnType<RetryTerms> | null
  checked_until: Generated<Date>
  fault: Fault | null
  campaign_id: CampaignId | null
  lead_id: LeadId | null
  billed_seconds: number | null
  words_erased: Generated<boolean>
  erased_at: Date | null
}

/** Voice-to-voice times of the call's turns, in milliseconds. */
export interface CallLatency {
  turns: number
  voice_to_voice_p50_ms: number | null
  p95_ms: number | null
}

/** How often the callee's and the agent's speech met, and how. */
export interface TurnTaking {
  overlaps: number
  interruptions: number
  backchannels: number
  false_stops: number
  cut_offs: number
}

interface SecondLegsTable {
  call_id: CallId
  trunk_id: TrunkId | null
  lifeline: string | null
}

interface AttemptsTable {
  call_id: CallId
  n: number
  node_id: NodeId
  dialed_at: Generated<Date>
  answered_at: Date | null
  ended_at: Date | null
  network_code: number | null
  call_status: NetworkStatus | null
  error_message: string | null
}

interface CallControlsTable {
  id: ControlId
  call_id: CallId
  wish: JSONColumnType<ControlWish> | null
  created_at: Generated<Date>
  taken_at: Date | null
  settled_at: Date | null
  fault: string | null
}

interface ListenTicketsTable {
  hash: Buffer
  call_id: CallId
  key_id: ApiKeyId | null
  expires_at: Date
}

interface CallEventsTable {
  call_id: CallId
  sequence: number
  type: CallEventBody['type']
  body: JSONColumnType<CallEventBody>
  occurred_at: Generated<Date>
}

interface TranscriptEntriesTable {
  call_id: CallId
  id: string
  speaker: Speaker
  text: string
  start_ms: number
  end_ms: number
  interrupted: boolean
  created_at: Date
}

interface IdempotencyKeysTable {
  account_id: AccountId
  key: string
  request_hash: Buffer
  answer: JSONColumnType<Record<string, unknown>>
  created_at: Generated<Date>
}

interface DoNotCallTable {
  id: string
  account_id: AccountId
  phone_number: string
  reason: string | null
  source: ListingSource
  call_id: CallId | null
  created_at: Generated<Date>
}

interface ConsentsTable {
  id: string
  account_id: AccountId
  phone_number: string
  channel: Consent['channel']
  seller: string
  wording: string
  method: Consent['method']
  source: string | null
  obtained_at: ColumnType<Date, string, never>
  expires_at: ColumnType<Date | null, string | null, never>
  revoked_at: Date | null
  revocation_reason: string | null
  created_at: Generated<Date>
}

interface SecretsTable {
  account_id: AccountId
  name: string
  value_sealed: string
  created_at: Generated<Date>
  updated_at: Generated<Date>
}
