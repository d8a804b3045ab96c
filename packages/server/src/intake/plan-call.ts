import type { AnalysisOption } from '@parley/contract/analysis'
import { ApiError, type Fault } from '@parley/contract/errors'
import { readFields } from '@parley/contract/faults'
import type { InboundAgent } from '@parley/contract/phone-numbers'
import type { PlaceCall } from '@parley/contract/place-call'
import type { TransferOption } from '@parley/contract/transfer'
import type { z } from 'zod'
import type {
  AnalysisTerms,
  Background,
  CallPlan,
  Interruption,
  Silence,
  TransferPlan,
  VoicemailPlan,
} from '../domain/call-plan.ts'
import { type Catalogue, otherLanguages } from '../domain/catalogue.ts'
import type { AccountId, CallId } from '../domain/ids.ts'
import { disclosureText, type Duties } from '../domain/disclosure.ts'
import { canonicalLanguage, defaultLanguage, understands } from '../domain/language.ts'
import { newId } from '../domain/new-id.ts'
import type { CanServe } from '../domain/provider-health.ts'
import { fillTemplate, textValues } from '../domain/template.ts'
import { readCallingAccount } from '../store/accounts.ts'
import type { AccountSettings } from '../store/tables.ts'
import type { Database } from '../store/database.ts'
import { ownedKnowledge } from '../store/knowledge.ts'
import { toolPlans } from './tool-plans.ts'
import { checkCall, type Checked } from './check-call.ts'

/** From options as a customer wrote them to the plan of one call, whichever way it goes. */

export interface PlanDeps {
  readonly database: Database
  readonly catalogue: () => Catalogue
  /** Absent: whatever the catalogue lists can be had. */
  readonly canServe?: CanServe
  /** Why a URL will never be asked; absent: it was looked at when it was given. */
  readonly urlFault?: (url: string) => string | null
}

export type Speech = NonNullable<Checked['speech']>

export interface CheckedOptions {
  /** What the schema says. */
  readonly faults: readonly Fault[]
  /** What no schema can say. */
  readonly faultsOfMeaning: readonly Fault[]
  /** The model and voice that the options come to; null where they are at fault. */
  readonly speech: Speech | null
  /** The account's own. */
  readonly numbers: readonly string[]
  /** What the account's settings demand that every callee is told. */
  readonly demandedDisclosure: Partial<Duties> | undefined
  readonly settings: AccountSettings
}

/** Every fault of a call's options, so that all can be told at once. */
export async function checkOptions<Schema extends z.ZodObject>(
  { database, catalogue, urlFault }: PlanDeps,
  account: AccountId,
  { schema, body, placeholders }: { schema: Schema; body: unknown; placeholders?: 'later' },
): Promise<CheckedOptions> {
  const { fields, faults } = readFields(schema, body)
  const given = fields as Partial<PlaceCall>
  const [{ settings, numbers, voices }, knowledge] = await Promise.all([
    readCallingAccount(database, account),
    ownedKnowledge(database, account, given.knowledge_base_ids ?? []),
  ])
  const checked = checkCall(given, body, {
    catalogue: catalogue(),
    ownVoices: voices.map(({ voice_id, mode, provider }) => ({ voiceId: voice_id, mode, provider })),
    allowSipUris: settings.allowSipUris === true,
    demandedDisclosure: settings.disclosure,
    placeholders,
    ownedKnowledge: knowledge,
    urlFault,
  })
  const { faults: faultsOfMeaning, speech } = checked
  return { faults, faultsOfMeaning, speech, numbers, settings, demandedDisclosure: settings.disclosure }
}

/** In legacy mode a recognizer must understand the language; a realtime model takes it as advice. */
export function languagesFor(request: InboundAgent, catalogue: Catalogue): CallLanguages {
  const language = canonicalLanguage(request.stt_language ?? defaultLanguage)
  if (request.mode !== 'legacy') return { language, otherLanguages: [] }
  const { recognizedLanguages } = catalogue
  if (understands(recognizedLanguages, language))
    return { language, otherLanguages: otherLanguages(catalogue, language) }
  const list = recognizedLanguages.length === 0 ? 'none' : recognizedLanguages.join(', ')
  const message = `No configured recognizer understands ${language}. Available languages: ${list}`
  throw new ApiError('language_not_available', {
    detail: message,
    errors: [{ path: 'stt_language', message, code: 'language_not_available' }],
  })
}

interface CallLanguages {
  readonly language: string
  /** To which the call may be switched. */
  readonly otherLanguages: readonly string[]
}

export interface PlanParts extends CallLanguages {
  readonly request: InboundAgent
  readonly speech: Speech
  readonly account: AccountId
  readonly demandedDisclosure: Partial<Duties> | undefined
  readonly to: string
  readonly from: string | null
  /** Absent: we call them. */
  readonly direction?: 'inbound'
}

export function planOf(parts: PlanParts): CallPlan {
  const { request, speech, account, language, to, from } = parts
  const requestData = textValues(request.request_data ?? {})
  const fill = (template: string) => fillTemplate(template, requestData)
  const { task, instructions = '' } = request
  return {
    callId: newId<CallId>(),
    accountId: account,
    to,
    from,
    prompt:
      task === undefined
        ? { kind: 'instructions', text: fill(instructions) }
        : { kind: 'task', text: fill(task) },
    firstSentence: request.first_sentence === undefined ? null : fill(request.first_sentence),
    mode: request.mode,
    model: speech.model.id,
    voice: speech.voice.id,
    temperature: speech.model.supportsTemperature ? (request.temperature ?? null) : null,
    language,
    maxDurationMs: Math.round(request.max_duration * 60_000),
    requestData,
    record: request.record,
    ...optionsOf(parts, fill),
  }
}

/** What most calls go without. */
function optionsOf(parts: PlanParts, fill: (template: string) => string): Partial<CallPlan> {
  const { request, speech, direction } = parts
  return present({
    knowledgeBaseIds: request.knowledge_base_ids,
    tools: request.tools && toolPlans(request.tools),
    voiceProvider: speech.voice.own ? speech.voice.provider : undefined,
    disclosure: disclosureOf(parts, fill),
    redactPii: request.redact_pii || undefined,
    direction,
    transfer: request.transfer && transferOf(request.transfer, fill),
    keypad: request.keypad,
    analysis: request.analysis && analysisOf(request.analysis),
    voicemail: request.voicemail && voicemailOf(request.voicemail, fill),
    otherLanguages: parts.otherLanguages.length > 0 ? parts.otherLanguages : undefined,
    waitForGreeting: request.wait_for_greeting || undefined,
    interruption: request.interruption && interruptionOf(request.interruption),
    silence: request.silence && silenceOf(request.silence),
    background: backgroundOf(request),
  })
}

type Present<T> = { [K in keyof T]?: Exclude<T[K], undefined> }

function present<T extends object>(fields: T): Present<T> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Present<T>
}

function interruptionOf(asked: NonNullable<InboundAgent['interruption']>): Interruption {
  const { enabled, min_speech_ms: minSpeechMs, threshold } = asked
  return { enabled, minSpeechMs, ...present({ threshold }) }
}

function silenceOf(asked: NonNullable<InboundAgent['silence']>): Silence {
  return {
    promptMs: asked.prompt_after_seconds * 1_000,
    farewellMs: asked.hang_up_after_seconds * 1_000,
  }
}

function backgroundOf(request: InboundAgent): Background | undefined {
  const { background_audio: place, background_audio_gain: gain } = request
  return place === 'none' ? undefined : { place, gain }
}

function disclosureOf(
  { request, language, demandedDisclosure: demanded }: PlanParts,
  fill: (template: string) => string,
): string | undefined {
  const { disclosure, record: recorded } = request
  const asked = disclosure && {
    ...disclosure,
    text: disclosure.text === undefined ? undefined : fill(disclosure.text),
  }
  return disclosureText({ asked, demanded, recorded, language }) || undefined
}

function voicemailOf(
  { action, message }: NonNullable<PlaceCall['voicemail']>,
  fill: (template: string) => string,
): VoicemailPlan {
  return action === 'leave_message' ? { action, message: fill(message ?? '') } : { action }
}

function analysisOf({ summary, dispositions = [], schema, success_criteria }: AnalysisOption): AnalysisTerms {
  return { summary, dispositions, schema: schema ?? null, successCriteria: success_criteria ?? null }
}

function transferOf(
  { destinations, mode, briefing }: TransferOption,
  fill: (template: string) => string,
): TransferPlan {
  return {
    mode,
    briefing: briefing === undefined ? null : fill(briefing),
    destinations: destinations.map(({ name, phone_number: number, sip_uri: uri, description }) => ({
      name,
      to: number ?? uri ?? '',
      description: description ?? null,
    })),
  }
}
