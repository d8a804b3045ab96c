import { z } from 'zod'

const flag = z.enum(['true', 'false'])
const share = (least: number, most: number) => z.coerce.number().min(least).max(most)

/** The query of `/v2/listen`, as strict as that of `/v1/listen` here. */
const fluxQuery = z
  .strictObject({
    model: z.enum(['flux-general-en', 'flux-general-multi']),
    encoding: z.literal('mulaw'),
    sample_rate: z.literal('8000'),
    eot_threshold: share(0.5, 1).default(0.7),
    eager_eot_threshold: share(0.3, 0.9).optional(),
    eot_timeout_ms: z.coerce.number().int().min(500).max(60_000).default(5_000),
    language_hint: z.string().min(2).optional(),
    keyterm: z.string().optional(),
    numerals: flag.optional(),
    profanity_filter: flag.optional(),
    mip_opt_out: flag.optional(),
    tag: z.string().optional(),
  })
  .refine(query => query.language_hint === undefined || query.model === 'flux-general-multi')
  .refine(query => (query.eager_eot_threshold ?? 0) <= query.eot_threshold)

export type FluxQuery = z.infer<typeof fluxQuery>

/** Null where the service would answer 400. */
export function parseFluxQuery(search: URLSearchParams): FluxQuery | null {
  return fluxQuery.safeParse(Object.fromEntries(search)).data ?? null
}
