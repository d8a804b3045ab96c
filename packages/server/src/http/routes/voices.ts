import { ApiError, type Fault } from '@parley/contract/errors'
import {
  builtinVoiceListSchema,
  type CustomVoice,
  customVoiceSchema,
  type ListedVoice,
  modelListSchema,
  registerVoiceSchema,
  voiceListSchema,
} from '@parley/contract/voices'
import { z } from 'zod'
import type { Catalogue, CatalogueVoice } from '../../domain/catalogue.ts'
import { canonicalLanguage } from '../../domain/language.ts'
import { deleteVoice, insertVoice, listVoices, type VoiceRow } from '../../store/voices.ts'
import { act } from '../act.ts'
import { answers } from '../answers.ts'
import { holderIn } from '../auth.ts'
import type { Api, HttpDeps } from '../deps.ts'

const tags = ['Voices and models']

/** What can be asked for in a call: built-in voices, the account's own, and models. */
export function voiceRoutes(app: Api, deps: HttpDeps): void {
  listingRoutes(app, deps)
  registeringRoutes(app, deps)
}

function listingRoutes(app: Api, { database, catalogue }: HttpDeps): void {
  app.get(
    '/v1/voices/builtin',
    {
      config: { access: 'any-key' },
      schema: { tags, summary: 'Built-in voices', response: answers({ 200: builtinVoiceListSchema }) },
    },
    () => ({ data: catalogue().voices.map(listedVoice) }),
  )
  app.get(
    '/v1/voices',
    {
      config: { access: 'any-key' },
      schema: { tags, summary: 'Own and built-in voices', response: answers({ 200: voiceListSchema }) },
    },
    async request => {
      const own = await listVoices(database, holderIn(request).accountId)
      return { data: [...own.map(customVoice), ...catalogue().voices.map(listedVoice)] }
    },
  )
  app.get(
    '/v1/models',
    {
      config: { access: 'any-key' },
      schema: { tags, summary: 'Models', response: answers({ 200: modelListSchema }) },
    },
    () => ({
      data: catalogue().models.map(({ languages, supportsTemperature, typicalLatencyMs, ...model }) => ({
        ...model,
        languages: [...languages],
        supports_temperature: supportsTemperature,
        typical_latency_ms: typicalLatencyMs,
      })),
    }),
  )
}

function registeringRoutes(app: Api, deps: HttpDeps): void {
  app.post(
    '/v1/voices',
    {
      config: { access: 'voices:write' },
      schema: {
        tags,
        summary: "Register a provider's voice by its id",
        body: registerVoiceSchema,
        response: answers({ 201: customVoiceSchema }),
      },
    },
    async (request, reply) => {
      const { voice_id, name = voice_id, mode, languages = [] } = request.body
      const provider = providerFor(request.body, deps.catalogue())
      const account = holderIn(request).accountId
      const voice = { voiceId: voice_id, name, mode, provider, languages: languages.map(canonicalLanguage) }
      const audit = ({ custom_voice_id: id }: CustomVoice) =>
        ({ action: 'voice.registered', target: ['voice', id], details: { provider } }) as const
      const answer = await act<CustomVoice>(deps, { request, reply, audit }, async trx => {
        const row = await insertVoice({ kysely: trx }, { account, voice })
        if (row !== null) return customVoice(row)
        throw new ApiError('conflict', {
          detail: `The voice ${JSON.stringify(voice_id)} is already registered for ${mode} mode`,
          current_status: 'registered',
        })
      })
      reply.code(201)
      return answer
    },
  )
  app.delete(
    '/v1/voices/:id',
    {
      config: { access: 'voices:write' },
      schema: {
        tags,
        summary: 'Remove a registered voice, by its custom_voice_id or by the id that calls name',
        params: z.object({ id: z.string() }),
        response: { ...answers({}), 204: z.undefined() },
      },
    },
    async (request, reply) => {
      const { id } = request.params
      const account = holderIn(request).accountId
      const audit = () => ({ action: 'voice.removed', target: ['voice', id] }) as const
      await act(deps, { request, reply, audit }, async trx => {
        if (await deleteVoice({ kysely: trx }, { account, id })) return {}
        throw new ApiError('not_found', { detail: 'No such registered voice' })
      })
      return await reply.code(204).send()
    },
  )
}

function providerFor(wanted: z.output<typeof registerVoiceSchema>, { voices }: Catalogue): string {
  const speaking = voices.filter(({ mode }) => mode === wanted.mode)
  const providers = [...new Set(speaking.map(({ provider }) => provider))]
  const provider = wanted.provider ?? (speaking.find(voice => voice.default) ?? speaking[0])?.provider
  if (provider !== undefined && providers.includes(provider)) return provider
  const list = providers.length === 0 ? 'none' : providers.join(', ')
  const fault: Fault = {
    path: 'provider',
    message: `No such provider of voices in ${wanted.mode} mode. Valid providers: ${list}`,
    code: 'unknown_provider',
  }
  throw new ApiError('invalid_request', { errors: [fault] })
}

function listedVoice(voice: CatalogueVoice): ListedVoice {
  return { ...voice, languages: [...voice.languages] }
}

function customVoice(row: VoiceRow): CustomVoice {
  return {
    id: row.voice_id,
    custom_voice_id: row.id,
    mode: row.mode,
    provider: row.provider,
    languages: row.languages,
    description: row.name,
    default: false,
    created_at: row.created_at.toISOString(),
  }
}
