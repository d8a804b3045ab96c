import {
  builtinVoiceListSchema,
  type ListedVoice,
  modelListSchema,
  voiceListSchema,
} from '@parley/contract/voices'
import type { CatalogueVoice } from '../../domain/catalogue.ts'
import { listVoices } from '../../store/voices.ts'
import { answers } from '../answers.ts'
import { holderIn } from '../auth.ts'
import type { Api, HttpDeps } from '../deps.ts'
import { customVoice } from './own-voices.ts'

const tags = ['Voices and models']

/** What can be asked for in a call: built-in voices, the account's own, and models. */
export function voiceRoutes(app: Api, { database, catalogue }: HttpDeps): void {
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

function listedVoice(voice: CatalogueVoice): ListedVoice {
  return { ...voice, languages: [...voice.languages] }
}
