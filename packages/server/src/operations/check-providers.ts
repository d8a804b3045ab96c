import type { Config } from '../config/config.ts'
import type { Outgoing } from '../outgoing/outgoing.ts'
import { OutgoingFault } from '../outgoing/outgoing-fault.ts'
import { fail, type Finding, ok, reasonOf, warn } from './finding.ts'

/** Asks every configured provider something small that needs its key. */

interface Question {
  readonly name: string
  readonly key: string | undefined
  readonly url: string
  readonly headers: (key: string) => Record<string, string>
}

const waitMs = 8_000
const bearer = (key: string) => ({ authorization: `Bearer ${key}` })

/** Addresses of the vendors' documents; where a setting names another one, that is asked. */
function questions(config: Config): Question[] {
  return [...ofLanguageModels(config), ...ofSpeech(config)]
}

function at(base: string | undefined, usual: string, path: string): string {
  return `${(base ?? usual).replace(/\/$/, '')}${path}`
}

function ofLanguageModels(config: Config): Question[] {
  const gemini = 'https://generativelanguage.googleapis.com/v1beta'
  return [
    {
      name: 'OpenAI',
      key: config.OPENAI_API_KEY,
      url: at(config.OPENAI_BASE_URL, 'https://api.openai.com/v1', '/models'),
      headers: bearer,
    },
    {
      name: 'Anthropic',
      key: config.ANTHROPIC_API_KEY,
      url: at(config.ANTHROPIC_BASE_URL, 'https://api.anthropic.com/v1', '/models'),
      headers: key => ({ 'x-api-key': key, 'anthropic-version': '2023-06-01' }),
    },
    {
      name: 'Gemini',
      key: config.GEMINI_API_KEY,
      url: at(config.GEMINI_BASE_URL, gemini, '/models'),
      headers: key => ({ 'x-goog-api-key': key }),
    },
    { name: 'xAI', key: config.XAI_API_KEY, url: 'https://api.x.ai/v1/models', headers: bearer },
    {
      name: 'Mistral',
      key: config.MISTRAL_API_KEY,
      url: at(config.MISTRAL_BASE_URL, 'https://api.mistral.ai/v1', '/models'),
      headers: bearer,
    },
    {
      name: 'Groq',
      key: config.GROQ_API_KEY,
      url: at(config.GROQ_BASE_URL, 'https://api.groq.com/openai/v1', '/models'),
      headers: bearer,
    },
    {
      name: 'Language model',
      key: config.LLM_BASE_URL === undefined ? undefined : (config.LLM_API_KEY ?? 'none'),
      url: at(config.LLM_BASE_URL, '', '/models'),
      headers: bearer,
    },
  ]
}

function ofSpeech(config: Config): Question[] {
  return [
    {
      name: 'Deepgram',
      key: config.DEEPGRAM_API_KEY,
      url: 'https://api.deepgram.com/v1/projects',
      headers: key => ({ authorization: `Token ${key}` }),
    },
    {
      name: 'ElevenLabs',
      key: config.ELEVENLABS_API_KEY,
      url: 'https://api.elevenlabs.io/v1/voices',
      headers: key => ({ 'xi-api-key': key }),
    },
    {
      name: 'Cartesia',
      key: config.CARTESIA_API_KEY,
      url: 'https://api.cartesia.ai/voices?limit=1',
      headers: key => ({ 'x-api-key': key, 'cartesia-version': '2025-04-16' }),
    },
    {
      name: 'AssemblyAI',
      key: config.ASSEMBLYAI_API_KEY,
      url: 'https://api.assemblyai.com/v2/transcript?limit=1',
      headers: key => ({ authorization: key }),
    },
  ]
}

/** `outgoing`: one that may reach into the operator's network, as these addresses are the operator's own. */
export async function checkProviders(config: Config, outgoing: Outgoing): Promise<Finding[]> {
  const asked = questions(config).flatMap(({ key, ...question }) =>
    key === undefined ? [] : [{ ...question, key }],
  )
  if (asked.length === 0) return [ok('providers', 'None is configured: local speech is used')]
  return await Promise.all(asked.map(question => ask(question, outgoing)))
}

async function ask(
  { name, url, headers, key }: Question & { key: string },
  outgoing: Outgoing,
): Promise<Finding> {
  const startedAt = performance.now()
  try {
    const message = { method: 'GET', headers: headers(key) } as const
    await using answer = await outgoing.request(url, message, AbortSignal.timeout(waitMs))
    const took = `${Math.round(performance.now() - startedAt)} ms`
    if (answer.status === 401 || answer.status === 403)
      return fail(
        name,
        `The key is refused (${answer.status}): look whether it is whole, and allowed to do this`,
      )
    if (answer.status >= 500)
      return warn(name, `It is in trouble (${answer.status} after ${took}): ask again later`)
    return ok(name, `answers in ${took}`)
  } catch (error) {
    const why = error instanceof OutgoingFault ? error.message : reasonOf(error)
    return fail(name, `It can not be reached (${why}): look at network, DNS and firewall`)
  }
}
