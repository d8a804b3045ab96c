import { parseArgs } from 'node:util'
import type { CampaignObject } from '@parley/contract/campaigns'
import type { PreflightVerdict } from '@parley/contract/preflight'
import type { ServerApi } from './server-api.ts'

/** `parley preflight NUMBER`: whether a number may be called, now or at a time, by the server's own judgement. */

export interface PreflightAnswer {
  readonly verdict: PreflightVerdict
  readonly words: string
}

/** Null: the arguments make no sense. Throws OperatorError. */
export async function preflightNumber(
  api: ServerApi,
  words: readonly string[],
): Promise<PreflightAnswer | null> {
  const { values, positionals } = parseArgs({
    args: [...words],
    allowPositionals: true,
    options: {
      from: { type: 'string' },
      campaign: { type: 'string' },
      at: { type: 'string' },
      json: { type: 'boolean' },
    },
  })
  const [number, ...rest] = positionals
  if (number === undefined || rest.length > 0) return null
  const terms = values.campaign === undefined ? {} : await termsOf(api, values.campaign)
  const asked = { phone_number: number, from_number: values.from, at: values.at, ...terms }
  const verdict = (await api.post('/v1/preflight', asked)) as PreflightVerdict
  return { verdict, words: inWords(number, verdict, values.at) }
}

async function termsOf(api: ServerApi, id: string): Promise<object> {
  const campaign = (await api.get(`/v1/campaigns/${encodeURIComponent(id)}`)) as CampaignObject
  const { calling_window, frequency_cap } = campaign as Record<string, unknown>
  return {
    ...(calling_window ? { calling_window } : {}),
    ...(frequency_cap ? { frequency_cap } : {}),
  }
}

function inWords(number: string, verdict: PreflightVerdict, at: string | undefined): string {
  const { allowed, code, detail, allowed_at: allowedAt, country, time_zones: zones } = verdict
  const where = [country ?? 'of no country', ...zones].join(', ')
  if (allowed) return `${number} may be called ${at === undefined ? 'now' : `at ${at}`} (${where})`
  const until = allowedAt === null ? 'Time alone does not change that.' : `Allowed from ${allowedAt}.`
  return `${number} may not be called (${where})\n${code}: ${detail}. ${until}`
}
