import type { Fault } from '@parley/contract/errors'
import { e164, phoneMessage } from '@parley/contract/fields'
import type { PlaceCall } from '@parley/contract/place-call'
import { chooseSpeech, type Catalogue, type OwnVoice, type SpeechChoice } from '../domain/catalogue.ts'
import { readSchema, SchemaError } from '../domain/json-schema.ts'
import { defaultLanguage } from '../domain/language.ts'
import { disclosureLanguages, disclosureText, type Duties } from '../domain/disclosure.ts'
import { dialability } from '../domain/phone-number.ts'
import { missingValues, textValues } from '../domain/template.ts'
import { checkTools } from './tool-plans.ts'

/**
 * What a schema cannot say about a call. Every check looks only at fields that are valid by themselves, so
 * that its faults can be told together with the schema's.
 */
export interface CheckedAgainst {
  readonly catalogue: Catalogue
  readonly ownVoices: readonly OwnVoice[]
  readonly allowSipUris: boolean
  /** Values for placeholders come with each call. */
  readonly placeholders?: 'later' | undefined
  /** What the account's settings demand of every call. */
  readonly demandedDisclosure?: Partial<Duties> | undefined
  /** Of the knowledge bases that the call names, those that the account has. */
  readonly ownedKnowledge: ReadonlySet<string>
  /** Why a URL will never be asked, null where it may be; absent: they are not looked at. */
  readonly urlFault?: ((url: string) => string | null) | undefined
}

export type ValidFields = Partial<PlaceCall>

/** Null choice: the mode, model or voice is at fault, here or by the schema. */
export interface Checked {
  readonly faults: readonly Fault[]
  readonly speech: Extract<SpeechChoice, { found: true }> | null
}

export function checkCall(fields: ValidFields, body: unknown, against: CheckedAgainst): Checked {
  const { speech, faults } = checkSpeech(fields, body, against)
  return {
    speech,
    faults: [
      ...checkDestination(fields, against),
      ...checkTransfer(fields, against),
      ...checkDisclosure(fields, against),
      ...checkAnalysis(fields),
      ...checkKnowledge(fields, against),
      ...checkTools(fields.tools ?? []),
      ...checkUrls(fields, against),
      ...checkPrompt(body),
      ...(against.placeholders === 'later' ? [] : checkPlaceholders(fields, body)),
      ...faults,
    ],
  }
}

function checkDestination(fields: ValidFields, { allowSipUris }: CheckedAgainst): Fault[] {
  const to = fields.phone_number
  if (to === undefined) return []
  if (!e164.test(to)) {
    if (allowSipUris) return []
    return [{ path: 'phone_number', message: phoneMessage, code: 'sip_uri_not_allowed' }]
  }
  const found = dialability(to)
  return found === 'dialable' ? [] : [{ path: 'phone_number', message: phoneMessage, code: found }]
}

function checkTransfer({ transfer }: ValidFields, { allowSipUris }: CheckedAgainst): Fault[] {
  return (transfer?.destinations ?? []).flatMap(({ phone_number: number, sip_uri: uri }, index) => {
    const path = `transfer.destinations[${index}]`
    if (uri !== undefined && !allowSipUris) {
      const message = "The account's settings do not allow sip: URIs"
      return [{ path: `${path}.sip_uri`, message, code: 'sip_uri_not_allowed' }]
    }
    const found = number === undefined ? 'dialable' : dialability(number)
    if (found === 'dialable') return []
    return [{ path: `${path}.phone_number`, message: phoneMessage, code: found }]
  })
}

/** Nobody is called with a disclosure that can not be spoken. */
function checkDisclosure(fields: ValidFields, { demandedDisclosure: demanded }: CheckedAgainst): Fault[] {
  const { disclosure: asked, record: recorded = true, stt_language: language = defaultLanguage } = fields
  if (disclosureText({ asked, demanded, recorded, language }) !== null) return []
  const list = disclosureLanguages.join(', ')
  const message = `The platform has no words for a disclosure in ${language}, only in: ${list}`
  return [{ path: 'disclosure.text', message, code: 'disclosure_not_available' }]
}

function checkAnalysis({ analysis }: ValidFields): Fault[] {
  if (analysis?.schema === undefined) return []
  const path = 'analysis.schema'
  if (analysis.schema['type'] !== 'object')
    return [{ path, message: 'The schema must be one of an object', code: 'invalid_schema' }]
  try {
    readSchema(analysis.schema)
    return []
  } catch (error) {
    if (!(error instanceof SchemaError)) throw error
    return [{ path, message: `The schema ${error.message}`, code: 'invalid_schema' }]
  }
}

function checkKnowledge(
  { knowledge_base_ids: ids = [] }: ValidFields,
  { ownedKnowledge }: CheckedAgainst,
): Fault[] {
  return ids.flatMap((id, index) => {
    if (ownedKnowledge.has(id)) return []
    const message = 'The account has no such knowledge base'
    return [{ path: `knowledge_base_ids[${index}]`, message, code: 'unknown_knowledge_base' }]
  })
}

/** Where what is said and done on the call would go. */
function checkUrls({ webhook_url: webhook, tools = [] }: ValidFields, { urlFault }: CheckedAgainst): Fault[] {
  const given = [
    ...(webhook === undefined ? [] : [{ path: 'webhook_url', url: webhook }]),
    ...tools.map(({ url }, index) => ({ path: `tools[${index}].url`, url })),
  ]
  return given.flatMap(({ path, url }) => {
    const fault = urlFault?.(url) ?? null
    return fault === null ? [] : [{ path, message: `Not allowed: ${fault}`, code: 'url_not_allowed' }]
  })
}

/** Counts what was given, valid or not: a task that is too short is one fault, not two. */
function checkPrompt(body: unknown): Fault[] {
  if (!isObject(body)) return []
  const given = ['task', 'instructions', 'agent_id'].filter(name => body[name] !== undefined)
  if (given.length === 1) return []
  const message = 'Exactly one of task, instructions and agent_id must be given'
  return [{ path: given[1] ?? 'task', message, code: given.length === 0 ? 'required' : 'mutually_exclusive' }]
}

function templatesOf({ task, instructions, first_sentence, transfer, disclosure, voicemail }: ValidFields) {
  return Object.entries({
    task,
    instructions,
    first_sentence,
    'transfer.briefing': transfer?.briefing,
    'disclosure.text': disclosure?.text,
    'voicemail.message': voicemail?.message,
  })
}

/** Says nothing where the values themselves are at fault. */
function checkPlaceholders(fields: ValidFields, body: unknown): Fault[] {
  if (fields.request_data === undefined && isObject(body) && body['request_data'] !== undefined) return []
  const values = textValues(fields.request_data ?? {})
  return templatesOf(fields).flatMap(([path, template]) =>
    missingValues(template ?? '', values).map(name => ({
      path,
      message: `The placeholder {{${name}}} has no value in request_data and no fallback`,
      code: 'placeholder_without_value',
    })),
  )
}

function checkSpeech(
  fields: ValidFields,
  body: unknown,
  { catalogue, ownVoices }: CheckedAgainst,
): { speech: Checked['speech']; faults: Fault[] } {
  const invalid = (name: 'model' | 'voice') =>
    isObject(body) && body[name] !== undefined && fields[name] === undefined
  if (fields.mode === undefined || invalid('model') || invalid('voice')) return { speech: null, faults: [] }
  const { mode, model, voice, stt_language: language } = fields
  const choice = chooseSpeech(catalogue, {
    mode,
    model,
    voice,
    ownVoices,
    ...(language === undefined ? {} : { language }),
  })
  if (choice.found) return { speech: choice, faults: [] }
  const { lacking, valid } = choice
  const wanted = fields[lacking]
  const complaint =
    wanted === undefined ? `No ${lacking} is available` : `Unknown ${lacking} ${JSON.stringify(wanted)}`
  const list = valid.length === 0 ? 'none' : valid.join(', ')
  return {
    speech: null,
    faults: [
      {
        path: lacking,
        message: `${complaint} in ${mode} mode. Valid ${lacking}s: ${list}`,
        code: `unknown_${lacking}`,
      },
    ],
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
