import { ApiError, type Fault } from '@parley/contract/errors'
import { faultsOf } from '@parley/contract/faults'
import { cloneVoiceSchema } from '@parley/contract/voices'
import type { AccountId } from '../domain/ids.ts'
import { canonicalLanguage } from '../domain/language.ts'
import type { Database, Transaction } from '../store/database.ts'
import { countClones, deleteVoice, findVoices, insertVoice, type VoiceRow } from '../store/voices.ts'
import { type Cloner, VoiceFault, type VoiceSample } from '../speech/port.ts'
import { isTimeout, providerTrouble } from './provider-trouble.ts'
import { readSample } from './read-sample.ts'

export type Cloners = readonly Cloner[]

export interface CloneDeps {
  readonly database: Database
  readonly cloners: Cloners
  readonly log: { error(fields: object, message: string): void }
}

/** What was sent: fields of a form, and the recording. */
export interface SentSample {
  readonly account: AccountId
  readonly fields: Readonly<Record<string, unknown>>
  readonly file: { readonly bytes: Uint8Array } | null
}

/** Those that could, and what they need for it. */
const couldClone = 'elevenlabs (ELEVENLABS_API_KEY), cartesia (CARTESIA_API_KEY)'
/** A provider has room for only so many, of all accounts together. */
const mostClones = 30
const cloningMs = 90_000
const removingMs = 20_000

export interface CloneSteps {
  /** Before a provider is asked: throws where the account may not. */
  admit(): Promise<void>
  /** What else must be stored if and only if the voice is. */
  alongside(trx: Transaction, cloned: { row: VoiceRow; seconds: number }): Promise<void>
}

/**
 * Makes a voice of a recording, at a provider, and registers it. Throws ApiError. Where it can not be registered it is
 * taken back at the provider: somebody's voice must not be left where nobody knows of it.
 */
export async function cloneVoice(deps: CloneDeps, sent: SentSample, steps: CloneSteps): Promise<VoiceRow> {
  const { fields, file } = checked(sent)
  const cloner = clonerFor(deps.cloners, fields.provider)
  const { seconds, ...audio } = await readSample(file.bytes)
  const { account } = sent
  if ((await countClones(deps.database, account)) >= mostClones) {
    const detail = `An account has at most ${mostClones} cloned voices; delete one first`
    throw new ApiError('conflict', { detail, current_status: 'full' })
  }
  await steps.admit()
  const language = canonicalLanguage(fields.language)
  const removeBackgroundNoise = fields.remove_background_noise === 'true'
  const voiceId = await askFor(cloner, { name: fields.name, language, removeBackgroundNoise, audio })
  try {
    return await deps.database.kysely.transaction().execute(async trx => {
      const { provider } = cloner
      const voice = { voiceId, name: fields.name, mode: 'legacy', provider, languages: [language] } as const
      const row = await insertVoice({ kysely: trx }, { account, voice: { ...voice, cloned: true } })
      if (row === null) throw new Error(`${provider} gave a voice an id that is taken`)
      await steps.alongside(trx, { row, seconds })
      return row
    })
  } catch (error) {
    await cloner.remove(voiceId, AbortSignal.timeout(removingMs)).catch((fault: unknown) => {
      const left = { err: fault, provider: cloner.provider, voice_id: voiceId }
      deps.log.error(left, 'a cloned voice is left at its provider: delete it there')
    })
    throw error
  }
}

/** Removes a registered voice; one that was cloned at its provider first. Throws ApiError. May be tried again. */
export async function removeVoice(
  { database, cloners }: CloneDeps,
  of: { account: AccountId; id: string },
  alongside: (trx: Transaction, rows: readonly VoiceRow[]) => Promise<void>,
): Promise<void> {
  const rows = await findVoices(database, of)
  if (rows.length === 0) throw unknownVoice()
  for (const { cloned, provider, voice_id: voice } of rows)
    if (cloned) await removeClone(cloners, { provider, voice })
  await database.kysely.transaction().execute(async trx => {
    if (!(await deleteVoice({ kysely: trx }, of))) throw unknownVoice()
    await alongside(trx, rows)
  })
}

async function removeClone(cloners: Cloners, o: { provider: string; voice: string }): Promise<void> {
  const cloner = cloners.find(({ provider }) => provider === o.provider)
  if (cloner === undefined) {
    const detail = `The voice was cloned at ${o.provider}, which is not configured now, and can not be deleted there`
    throw new ApiError('provider_failed', { detail })
  }
  try {
    await cloner.remove(o.voice, AbortSignal.timeout(removingMs))
  } catch (error) {
    throw providerTrouble(o.provider, error)
  }
}

function unknownVoice(): ApiError {
  return new ApiError('not_found', { detail: 'No such registered voice' })
}

function checked({ fields, file }: SentSample) {
  const read = cloneVoiceSchema.safeParse(fields, { reportInput: true })
  const errors: Fault[] = read.success ? [] : faultsOf(read.error)
  if (file === null) errors.push({ path: 'file', message: 'A recording must be given', code: 'required' })
  if (!read.success || file === null) throw new ApiError('invalid_request', { errors })
  return { fields: read.data, file }
}

function clonerFor(cloners: Cloners, wanted: string | undefined): Cloner {
  const cloner = wanted === undefined ? cloners[0] : cloners.find(({ provider }) => provider === wanted)
  if (cloner !== undefined) return cloner
  const here = cloners.map(({ provider }) => provider).join(', ') || 'none'
  const detail = `Providers that clone voices here: ${here}. Those that could: ${couldClone}`
  throw new ApiError('cloning_not_available', { detail })
}

async function askFor(cloner: Cloner, sample: VoiceSample): Promise<string> {
  const { provider } = cloner
  try {
    return await cloner.clone(sample, AbortSignal.timeout(cloningMs))
  } catch (error) {
    if (isTimeout(error)) {
      const detail = `The provider ${provider} has not answered: there may be a voice at it or not`
      throw new ApiError('outcome_unknown', { detail, cause: error })
    }
    if (!(error instanceof VoiceFault && error.kind === 'refused')) throw providerTrouble(provider, error)
    // The one case in which the customer can do something about it, if they are told.
    const detail = `The provider ${provider} does not take the recording: ${error.message}`
    throw new ApiError('audio_not_usable', { detail, cause: error })
  }
}
