import { ApiError } from '@parley/contract/errors'
import { readFields } from '@parley/contract/faults'
import { type PlaceCall, placeCallSchema, type Warning } from '@parley/contract/place-call'
import type { CallPlan } from '../domain/call-plan.ts'
import type { Catalogue } from '../domain/catalogue.ts'
import type { AccountId, CallId } from '../domain/ids.ts'
import { canonicalLanguage, understands } from '../domain/language.ts'
import { newId } from '../domain/new-id.ts'
import { fillTemplate, textValues } from '../domain/template.ts'
import { readSettings } from '../store/accounts.ts'
import { type CallRow, insertCall } from '../store/calls.ts'
import type { Database, Transaction } from '../store/database.ts'
import { appendEvents } from '../store/events.ts'
import type { Jobs } from '../store/jobs.ts'
import { notifyCall } from '../store/notify.ts'
import { enqueueWebhook } from '../store/outbox.ts'
import { ownedNumbers } from '../store/phone-numbers.ts'
import { listVoices } from '../store/voices.ts'
import { checkCall, type Checked } from './check-call.ts'

export interface PlaceCallDeps {
  readonly database: Database
  readonly jobs: Jobs
  readonly catalogue: () => Catalogue
  /** Shown to callees when the request names no number; it needs not be among the owned ones. */
  readonly defaultFromNumber: string | null
  /** What else must be stored if and only if the call is. */
  readonly alongside?: (trx: Transaction, placed: PlacedCall) => Promise<void>
}

/** The call as stored, and what was accepted though not quite as asked for. */
export interface PlacedCall {
  readonly call: CallRow
  readonly warnings: readonly Warning[]
}

const defaultLanguage = 'en-US'

/**
 * Accepts a call: checks the whole request, fixes the plan, and stores call, first event and dial job in
 * one transaction. Throws ApiError: `invalid_request` with every fault, or what a valid request still
 * cannot have.
 */
export async function placeCall(deps: PlaceCallDeps, account: AccountId, body: unknown): Promise<PlacedCall> {
  const { request, speech } = await readRequest(deps, account, body)
  const language = languageFor(request, deps.catalogue())
  const from = await callerNumber(deps, account, request.from_number)
  const plan = planOf({ request, speech, account, language, from })
  const warnings = warningsFor(request, speech)
  const call = await store(deps, plan, { request, body, warnings })
  return { call, warnings }
}

type Speech = NonNullable<Checked['speech']>

async function readRequest(
  { database, catalogue }: PlaceCallDeps,
  account: AccountId,
  body: unknown,
): Promise<{ request: PlaceCall; speech: Speech }> {
  const [settings, ownVoices] = await Promise.all([
    readSettings(database, account),
    listVoices(database, account),
  ])
  const { fields, faults } = readFields(placeCallSchema, body)
  const checked = checkCall(fields, body, {
    catalogue: catalogue(),
    ownVoices: ownVoices.map(({ voice_id, mode, provider }) => ({ voiceId: voice_id, mode, provider })),
    allowSipUris: settings?.allowSipUris === true,
  })
  const errors = [...faults, ...checked.faults]
  if (errors.length > 0 || checked.speech === null) throw new ApiError('invalid_request', { errors })
  return { request: placeCallSchema.parse(body), speech: checked.speech }
}

/** In legacy mode a recognizer must understand the language; a realtime model takes it as advice. */
function languageFor(request: PlaceCall, { recognizedLanguages }: Catalogue): string {
  const language = canonicalLanguage(request.stt_language ?? defaultLanguage)
  if (request.mode !== 'legacy' || understands(recognizedLanguages, language)) return language
  const list = recognizedLanguages.length === 0 ? 'none' : recognizedLanguages.join(', ')
  const message = `No configured recognizer understands ${language}. Available languages: ${list}`
  throw new ApiError('language_not_available', {
    detail: message,
    errors: [{ path: 'stt_language', message, code: 'language_not_available' }],
  })
}

async function callerNumber(
  { database, defaultFromNumber }: PlaceCallDeps,
  account: AccountId,
  wanted: string | undefined,
): Promise<string | null> {
  const owned = await ownedNumbers(database, account)
  if (wanted === undefined) return defaultFromNumber ?? owned[0] ?? null
  if (owned.includes(wanted) || wanted === defaultFromNumber) return wanted
  const message = 'The number does not belong to this account'
  throw new ApiError('from_number_not_owned', {
    detail: message,
    errors: [{ path: 'from_number', message, code: 'from_number_not_owned' }],
  })
}

interface PlanParts {
  readonly request: PlaceCall
  readonly speech: Speech
  readonly account: AccountId
  readonly language: string
  readonly from: string | null
}

function planOf({ request, speech, account, language, from }: PlanParts): CallPlan {
  const requestData = textValues(request.request_data ?? {})
  const fill = (template: string) => fillTemplate(template, requestData)
  const { task, instructions = '' } = request
  return {
    callId: newId<CallId>(),
    accountId: account,
    to: request.phone_number,
    from,
    prompt:
      task === undefined
        ? { kind: 'instructions', text: fill(instructions) }
        : { kind: 'task', text: fill(task) },
    firstSentence: request.first_sentence === undefined ? null : fill(request.first_sentence),
    mode: request.mode,
    model: speech.model.id,
    voice: speech.voice.id,
    ...(speech.voice.own ? { voiceProvider: speech.voice.provider } : {}),
    temperature: speech.model.supportsTemperature ? (request.temperature ?? null) : null,
    language,
    maxDurationMs: Math.round(request.max_duration * 60_000),
    requestData,
    record: request.record,
  }
}

function warningsFor(request: PlaceCall, { model }: Speech): Warning[] {
  if (request.temperature === undefined || model.supportsTemperature) return []
  return [{ path: 'temperature', message: `The model ${model.id} takes no temperature, so it is left out` }]
}

async function store(
  { database, jobs, alongside }: PlaceCallDeps,
  plan: CallPlan,
  { request, body, warnings }: { request: PlaceCall; body: unknown; warnings: readonly Warning[] },
): Promise<CallRow> {
  const call = await database.kysely.transaction().execute(async trx => {
    const row = await insertCall(trx, {
      plan,
      request: body,
      metadata: request.metadata ?? null,
      webhookUrl: request.webhook_url ?? null,
      webhookEvents: request.webhook_events ?? null,
    })
    await appendEvents(trx, row.id, [{ type: 'queued' }])
    await enqueueWebhook(trx, { call: row, event: 'call.queued' })
    await alongside?.(trx, { call: row, warnings })
    await jobs.send('dial', { callId: row.id }, { transaction: trx })
    return row
  })
  await notifyCall(database, call.id)
  return call
}
