import { z } from 'zod'
import { languageTag, text, timestamp } from './fields.ts'
import { callModes } from './status.ts'

/** What can speak and think in a call now, with the providers that are configured. */

export const voiceSchema = z
  .object({
    id: z.string().meta({ description: 'What `voice` of a call names' }),
    mode: z.enum(callModes),
    provider: z.string(),
    languages: z.array(z.string()),
    description: z.string(),
    default: z.boolean(),
  })
  .meta({ id: 'Voice' })
export type ListedVoice = z.infer<typeof voiceSchema>

/** A voice that the account registered. */
export const customVoiceSchema = voiceSchema
  .extend({
    custom_voice_id: z.string().meta({ description: 'What DELETE names' }),
    cloned: z.boolean().meta({ description: 'Made of a recording; DELETE deletes it at the provider, too' }),
    created_at: timestamp,
  })
  .meta({ id: 'CustomVoice' })
export type CustomVoice = z.infer<typeof customVoiceSchema>

export const voiceListSchema = z.object({ data: z.array(z.union([customVoiceSchema, voiceSchema])) })
export const builtinVoiceListSchema = z.object({ data: z.array(voiceSchema) })

export const registerVoiceSchema = z
  .strictObject({
    voice_id: text({ min: 1, max: 200 }).meta({
      description: "The provider's id of the voice, which calls then name",
    }),
    name: text({ min: 1, max: 200 }).optional().meta({ description: 'For people; default: the id' }),
    mode: z.enum(callModes).default('legacy'),
    provider: text({ min: 1, max: 100 })
      .optional()
      .meta({ description: 'One that has voices in this mode; default: that of the default voice' }),
    languages: z.array(languageTag).min(1).max(100).optional().meta({ description: 'Default: any' }),
  })
  .meta({
    id: 'RegisterVoice',
    examples: [{ voice_id: 'EXAVITQu4vr4xnSDxMaL', name: 'Sarah', mode: 'legacy', languages: ['en-US'] }],
  })

/** Of a recording that a voice is cloned from. */
export const mostSampleBytes = 10 * 1024 * 1024
/** Seconds. */
export const sampleSeconds = { least: 5, most: 300 } as const

/** The fields of a `multipart/form-data` body beside its `file`. */
export const cloneVoiceSchema = z.strictObject({
  name: text({ min: 1, max: 100 }),
  provider: text({ min: 1, max: 100 })
    .optional()
    .meta({ description: 'One that clones voices; default: the first one that is configured' }),
  language: languageTag.default('en').meta({ description: 'What is spoken in the recording, BCP 47' }),
  consent: z
    .literal('true', {
      error: 'Cloning a voice needs the permission of whose voice it is: `true` states that you have it',
    })
    .meta({ description: '`true`: whoever speaks in the recording has agreed that their voice is cloned' }),
  remove_background_noise: z
    .enum(['true', 'false'])
    .default('false')
    .meta({ description: 'Where the provider does that by itself, it is left to it' }),
})
export type CloneVoice = z.output<typeof cloneVoiceSchema>

export const modelSchema = z
  .object({
    id: z.string(),
    mode: z.enum(callModes),
    provider: z.string(),
    languages: z.array(z.string()),
    supports_temperature: z.boolean(),
    typical_latency_ms: z.number(),
    default: z.boolean(),
  })
  .meta({ id: 'Model' })
export type ListedModel = z.infer<typeof modelSchema>
export const modelListSchema = z.object({ data: z.array(modelSchema) })
