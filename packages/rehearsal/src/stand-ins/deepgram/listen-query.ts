import { z } from 'zod'

const flag = z.enum(['true', 'false'])
const whole = z.string().regex(/^\d+$/u).transform(Number)

/**
 * The query of `/v1/listen`. Parameters it does not know are refused here, where the service is more lenient:
 * a misspelt one would otherwise go unnoticed.
 */
const listenQuery = z.strictObject({
  model: z.string().min(1).default('base-general'),
  language: z.string().default('en'),
  encoding: z.enum(['linear16', 'mulaw', 'alaw', 'opus', 'flac']).optional(),
  sample_rate: whole.optional(),
  channels: whole.optional(),
  interim_results: flag.default('false'),
  endpointing: z.union([z.literal('false'), whole]).default(10),
  utterance_end_ms: whole.optional(),
  vad_events: flag.default('false'),
  punctuate: flag.optional(),
  smart_format: flag.optional(),
  numerals: flag.optional(),
  profanity_filter: flag.optional(),
  diarize: flag.optional(),
  dictation: flag.optional(),
  multichannel: flag.optional(),
  filler_words: flag.optional(),
  keyterm: z.string().optional(),
  keywords: z.string().optional(),
  mip_opt_out: flag.optional(),
  tag: z.string().optional(),
  version: z.string().optional(),
})

export type ListenQuery = z.infer<typeof listenQuery>

/** Null where the service would answer 400. */
export function parseListenQuery(search: URLSearchParams): ListenQuery | null {
  const parsed = listenQuery.safeParse(Object.fromEntries(search))
  if (!parsed.success) return null
  const { encoding, sample_rate: rate, utterance_end_ms: endMs, interim_results: interim } = parsed.data
  // Raw audio says nothing of itself, and utterance ends are read off the interim results.
  if ((encoding === 'mulaw' || encoding === 'linear16') && rate === undefined) return null
  if (endMs !== undefined && (endMs < 1000 || interim === 'false')) return null
  return parsed.data
}
