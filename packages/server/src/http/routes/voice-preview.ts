import { ApiError } from '@parley/contract/errors'
import { callModes, type CallMode } from '@parley/contract/status'
import { z } from 'zod'
import type { AccountId } from '../../domain/ids.ts'
import { findVoices } from '../../store/voices.ts'
import type { PreviewedVoice } from '../../voices/previews.ts'
import { answers } from '../answers.ts'
import { audioAnswer, audioFormat, audioFormats, audioTypes } from '../audio-format.ts'
import { holderIn } from '../auth.ts'
import type { Api, HttpDeps } from '../deps.ts'
import { createCostLimit } from '../rate-limit.ts'

const defaultLimit = { requests: 30, seconds: 60 }

const previewQuery = z.strictObject({
  format: z.enum(audioFormats).optional().meta({ description: 'Default: by the `Accept` field, else WAV' }),
  mode: z
    .enum(callModes)
    .optional()
    .meta({ description: 'Of voices that have the same id; default: `legacy` where it has one' }),
})

/** What a voice sounds like on the phone. */
export function voicePreviewRoutes(app: Api, deps: HttpDeps): void {
  const limit = createCostLimit(deps.previewLimit ?? defaultLimit)
  app.get(
    '/v1/voices/:id/preview',
    {
      config: { access: 'any-key' },
      schema: {
        tags: ['Voices and models'],
        summary: 'Hear a voice: a short sentence in its language, as WAV or MP3',
        params: z.object({ id: z.string() }),
        querystring: previewQuery,
        response: { ...answers({}), 200: audioAnswer },
      },
    },
    async (request, reply) => {
      const format = audioFormat(request.headers.accept, request.query.format)
      const account = holderIn(request).accountId
      const wanted = { account, id: request.params.id, mode: request.query.mode }
      const voice = await findVoice(deps, wanted)
      if (voice === undefined) throw new ApiError('not_found', { detail: 'No such voice' })
      const audio = await deps.previews.audioOf(voice, format, () => limit.spend(account))
      reply.header('vary', 'accept').header('cache-control', 'private, max-age=3600')
      return await reply
        .type(audioTypes[format])
        .send(Buffer.from(audio.buffer, audio.byteOffset, audio.length))
    },
  )
}

/** The account's own voices come first, as in calls. */
async function findVoice(
  { database, catalogue }: HttpDeps,
  { id, account, mode }: { id: string; account: AccountId; mode: CallMode | undefined },
): Promise<PreviewedVoice | undefined> {
  const own = await findVoices(database, { account, id })
  const listed = catalogue().voices.filter(voice => voice.id === id)
  const voices: PreviewedVoice[] = [
    ...own.map(({ voice_id: voice, ...row }) => ({ voice, ...row })),
    ...listed.map(({ id: voice, ...row }) => ({ voice, ...row })),
  ].map(({ voice, provider, languages, ...row }) => ({ voice, provider, languages, mode: row.mode }))
  if (mode !== undefined) return voices.find(voice => voice.mode === mode)
  return voices.find(voice => voice.mode === 'legacy') ?? voices[0]
}
