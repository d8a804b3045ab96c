import { ApiError, type Fault } from '@parley/contract/errors'
import { faultsOf } from '@parley/contract/faults'
import {
  cloneVoiceSchema,
  type CustomVoice,
  customVoiceSchema,
  mostSampleBytes,
  registerVoiceSchema,
} from '@parley/contract/voices'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import type { Catalogue } from '../../domain/catalogue.ts'
import { canonicalLanguage } from '../../domain/language.ts'
import { insertVoice, isSomebodyElses, type VoiceRow } from '../../store/voices.ts'
import { cloneVoice, removeVoice } from '../../voices/clone-voice.ts'
import { act, actWith } from '../act.ts'
import { answers } from '../answers.ts'
import { holderIn } from '../auth.ts'
import type { Api, HttpDeps } from '../deps.ts'
import { acceptFiles, fingerprintOf, readSentFile } from '../multipart-file.ts'
import { type CostLimit, createCostLimit } from '../rate-limit.ts'
import { leaveUnchecked } from '../validation.ts'

const tags = ['Voices and models']
/** Voices that one account may have cloned. */
const cloneLimit = { requests: 10, seconds: 3_600 }

const cloneBody = cloneVoiceSchema
  .extend({
    file: z
      .string()
      .meta({ format: 'binary', description: 'WAV, MP3, FLAC or Ogg, 5 to 300 s, at most 10 MiB' }),
  })
  .meta({ id: 'CloneVoice', description: 'As `multipart/form-data`' })

/** Voices that an account brings. */
export async function ownVoiceRoutes(app: Api, deps: HttpDeps): Promise<void> {
  // In a scope of its own: elsewhere a file is no body.
  await app.register(async (files: Api) => {
    await acceptFiles(files)
    addingRoute(files, deps)
  })
  removingRoute(app, deps)
}

function addingRoute(app: Api, deps: HttpDeps): void {
  const limit = createCostLimit(cloneLimit)
  app.post(
    '/v1/voices',
    {
      config: { access: 'voices:write' },
      schema: {
        tags,
        summary: "Register a provider's voice by its id, or clone one from a recording",
        description:
          'A registration comes as JSON, a recording as `multipart/form-data` with the field `file`. Cloning needs the permission of whose voice it is, which `consent` states.',
        consumes: ['application/json', 'multipart/form-data'],
        body: z.union([registerVoiceSchema, cloneBody]),
        response: answers({ 201: customVoiceSchema }),
      },
      validatorCompiler: leaveUnchecked,
    },
    async (request, reply) => {
      const asked = { request, reply }
      const answer = request.isMultipart()
        ? await clone(deps, asked, limit)
        : await register(deps, asked, request.body)
      reply.code(201)
      return answer
    },
  )
}

interface Asked {
  readonly request: FastifyRequest
  readonly reply: FastifyReply
}

async function register(deps: HttpDeps, asked: Asked, body: unknown): Promise<CustomVoice> {
  const read = registerVoiceSchema.safeParse(body, { reportInput: true })
  if (!read.success) throw new ApiError('invalid_request', { errors: faultsOf(read.error) })
  const { voice_id: voiceId, name = voiceId, mode, languages = [] } = read.data
  const provider = providerFor(read.data, deps.catalogue())
  const account = holderIn(asked.request).accountId
  if (await isSomebodyElses(deps.database, { account, provider, voiceId })) throw unknownVoice(voiceId)
  const voice = { voiceId, name, mode, provider, languages: languages.map(canonicalLanguage) }
  const audit = ({ custom_voice_id: id }: CustomVoice) =>
    ({ action: 'voice.registered', target: ['voice', id], details: { provider } }) as const
  return await act<CustomVoice>(deps, { ...asked, audit }, async trx => {
    const row = await insertVoice({ kysely: trx }, { account, voice })
    if (row !== null) return customVoice(row)
    throw new ApiError('conflict', {
      detail: `The voice ${JSON.stringify(voiceId)} is already registered for ${mode} mode`,
      current_status: 'registered',
    })
  })
}

async function clone(deps: HttpDeps, asked: Asked, limit: CostLimit): Promise<CustomVoice> {
  const sent = await readSentFile(asked.request, mostSampleBytes)
  const account = holderIn(asked.request).accountId
  let cloned = { bytes: sent.file?.bytes.length ?? 0, seconds: 0 }
  const audit = ({ custom_voice_id: id, provider }: CustomVoice) =>
    ({
      action: 'voice.cloned',
      target: ['voice', id],
      details: { provider, consent: true, bytes: cloned.bytes, seconds: cloned.seconds },
    }) as const
  return await actWith<CustomVoice>(deps, { ...asked, body: fingerprintOf(sent), audit }, async alongside =>
    customVoice(
      await cloneVoice(
        deps,
        { account, ...sent },
        {
          admit: () => limit.spend(account),
          alongside: (trx, { row, seconds }) => {
            cloned = { ...cloned, seconds }
            return alongside(trx, customVoice(row))
          },
        },
      ),
    ),
  )
}

/** Whether it is not there or not yours is not told. */
function unknownVoice(voiceId: string): ApiError {
  const message = `No such voice: ${JSON.stringify(voiceId)}`
  return new ApiError('invalid_request', { errors: [{ path: 'voice_id', message, code: 'unknown_voice' }] })
}

function removingRoute(app: Api, deps: HttpDeps): void {
  app.delete(
    '/v1/voices/:id',
    {
      config: { access: 'voices:write' },
      schema: {
        tags,
        summary: 'Remove a registered voice, by its custom_voice_id or by the id that calls name',
        description: 'One that was cloned is deleted at its provider, too.',
        params: z.object({ id: z.string() }),
        response: { ...answers({}), 204: z.undefined() },
      },
    },
    async (request, reply) => {
      const { id } = request.params
      const of = { account: holderIn(request).accountId, id }
      const audit = () => ({ action: 'voice.removed', target: ['voice', id] }) as const
      await actWith(deps, { request, reply, audit }, async alongside => {
        await removeVoice(deps, of, trx => alongside(trx, {}))
        return {}
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

export function customVoice(row: VoiceRow): CustomVoice {
  return {
    id: row.voice_id,
    custom_voice_id: row.id,
    mode: row.mode,
    provider: row.provider,
    languages: row.languages,
    description: row.name,
    default: false,
    cloned: row.cloned,
    created_at: row.created_at.toISOString(),
  }
}
