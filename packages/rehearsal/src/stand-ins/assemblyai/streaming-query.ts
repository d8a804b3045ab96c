import { z } from 'zod'

const flag = z.enum(['true', 'false'])
const ms = z.coerce.number().int().min(0)

/** The query of `/v3/ws`. Parameters it does not know are refused here, where the service is more lenient. */
const streamingQuery = z.strictObject({
  speech_model: z.enum(['universal-3-5-pro', 'u3-rt-pro']),
  sample_rate: z.literal('8000'),
  encoding: z.literal('pcm_mulaw'),
  language_codes: z
    .string()
    .transform(text => JSON.parse(text) as unknown)
    .pipe(z.array(z.enum(['en', 'es', 'de', 'fr', 'pt', 'it'])))
    .optional(),
  continuous_partials: flag.optional(),
  acknowledge_silence: flag.optional(),
  min_turn_silence: ms.default(400),
  max_turn_silence: ms.default(1280),
  keyterms_prompt: z.string().optional(),
  prompt: z.string().optional(),
  inactivity_timeout: z.coerce.number().int().optional(),
})

export type StreamingQuery = z.infer<typeof streamingQuery>

/** The first fault, where there is one. */
export function parseStreamingQuery(search: URLSearchParams): StreamingQuery | { readonly fault: string } {
  const parsed = streamingQuery.safeParse(Object.fromEntries(search))
  return parsed.success ? parsed.data : { fault: parsed.error.issues[0]?.message ?? 'invalid' }
}
