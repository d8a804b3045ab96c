import { z } from 'zod'
import type { HostedConfig } from '../speech/hosted/config.ts'
import { hostedRecognizers, recognizerProviders } from '../speech/hosted/recognizers.ts'
import { parseObject } from '../speech/json-object.ts'

const setting = z.string().min(1).optional()
const url = z.url().optional()

const serviceAccount = z.object({
  client_email: z.string().min(1),
  private_key: z.string().includes('PRIVATE KEY'),
  private_key_id: z.string().min(1).optional(),
})

function readServiceAccount(json: string, context: z.RefinementCtx): z.infer<typeof serviceAccount> {
  const parsed = serviceAccount.safeParse(parseObject(json))
  if (parsed.success) return parsed.data
  context.addIssue({ code: 'custom', message: "must be the JSON of a service account's key file" })
  return z.NEVER
}

/** What chooses the providers that hear, think and speak. A provider without its key is not offered. */
export const speechSettings = {
  OPENAI_API_KEY: setting,
  OPENAI_BASE_URL: url,
  OPENAI_REALTIME_URL: url,
  /** The resource's root, such as `https://my-resource.openai.azure.com`. */
  AZURE_OPENAI_ENDPOINT: url,
  AZURE_OPENAI_API_KEY: setting,
  /** Name of a deployment of a realtime model; it is the model's id in the API. */
  AZURE_OPENAI_REALTIME_DEPLOYMENT: setting,
  GEMINI_API_KEY: setting,
  GEMINI_URL: url,
  XAI_API_KEY: setting,
  XAI_REALTIME_URL: url,
  ANTHROPIC_API_KEY: setting,
  ANTHROPIC_BASE_URL: url,
  /** Of Google's language models, whose key is that of Gemini Live. */
  GEMINI_BASE_URL: url,
  MISTRAL_API_KEY: setting,
  MISTRAL_BASE_URL: url,
  GROQ_API_KEY: setting,
  GROQ_BASE_URL: url,
  DEEPGRAM_API_KEY: setting,
  DEEPGRAM_URL: url,
  ELEVENLABS_API_KEY: setting,
  ELEVENLABS_URL: url,
  CARTESIA_API_KEY: setting,
  CARTESIA_URL: url,
  GOOGLE_SPEECH_API_KEY: setting,
  /** The JSON of a service account's key file, instead of a key. */
  GOOGLE_SPEECH_CREDENTIALS: z.string().transform(readServiceAccount).optional(),
  GOOGLE_SPEECH_URL: url,
  /** Key and region of an Azure Speech resource. */
  AZURE_SPEECH_API_KEY: setting,
  AZURE_SPEECH_REGION: z
    .string()
    .regex(/^[a-z0-9]+$/u, 'must be the name of a region, such as westeurope')
    .optional(),
  AZURE_SPEECH_TTS_URL: url,
  AZURE_SPEECH_STT_URL: url,
  ASSEMBLYAI_API_KEY: setting,
  ASSEMBLYAI_URL: url,
  /** Which recognizer hears in legacy mode where several could. */
  STT_PROVIDER: z.enum([...recognizerProviders, 'local']).optional(),
  /** Any OpenAI-compatible chat endpoint (Ollama, vLLM, llama.cpp) as the legacy brain. */
  LLM_BASE_URL: url,
  LLM_API_KEY: setting,
  LLM_MODEL: setting,
  /** Any OpenAI-compatible endpoint that makes embeddings, for knowledge. Absent: OpenAI's, where it has a key. */
  EMBEDDING_BASE_URL: url,
  EMBEDDING_API_KEY: setting,
  EMBEDDING_MODEL: setting,
}

const schema = z.object(speechSettings)

/** The providers that are configured whole. */
export function hostedConfig(config: z.infer<typeof schema>): HostedConfig {
  return present({
    openai: keyed(config.OPENAI_API_KEY, {
      baseUrl: config.OPENAI_BASE_URL,
      realtimeUrl: config.OPENAI_REALTIME_URL,
    }),
    azure: azure(config),
    gemini: keyed(config.GEMINI_API_KEY, { url: config.GEMINI_URL }),
    xai: keyed(config.XAI_API_KEY, { url: config.XAI_REALTIME_URL }),
    anthropic: keyed(config.ANTHROPIC_API_KEY, { baseUrl: config.ANTHROPIC_BASE_URL }),
    google: keyed(config.GEMINI_API_KEY, { baseUrl: config.GEMINI_BASE_URL }),
    mistral: keyed(config.MISTRAL_API_KEY, { baseUrl: config.MISTRAL_BASE_URL }),
    groq: keyed(config.GROQ_API_KEY, { baseUrl: config.GROQ_BASE_URL }),
    deepgram: keyed(config.DEEPGRAM_API_KEY, { url: config.DEEPGRAM_URL }),
    elevenlabs: keyed(config.ELEVENLABS_API_KEY, { url: config.ELEVENLABS_URL }),
    cartesia: keyed(config.CARTESIA_API_KEY, { url: config.CARTESIA_URL }),
    azureSpeech: azureSpeech(config),
    googleSpeech: googleSpeech(config),
    assemblyai: keyed(config.ASSEMBLYAI_API_KEY, { url: config.ASSEMBLYAI_URL }),
    recognizer: config.STT_PROVIDER === 'local' ? undefined : config.STT_PROVIDER,
    chat: chat(config),
    embedding: embedding(config),
  })
}

/** Whether STT_PROVIDER names a recognizer that there is. */
export function hasChosenRecognizer(config: z.infer<typeof schema>): boolean {
  const { STT_PROVIDER: chosen } = config
  if (chosen === undefined || chosen === 'local') return true
  return hostedRecognizers(hostedConfig(config)).some(({ provider }) => provider === chosen)
}

function azure(config: z.infer<typeof schema>): HostedConfig['azure'] {
  const {
    AZURE_OPENAI_API_KEY: apiKey,
    AZURE_OPENAI_ENDPOINT: endpoint,
    AZURE_OPENAI_REALTIME_DEPLOYMENT: deployment,
  } = config
  if (apiKey === undefined || endpoint === undefined || deployment === undefined) return undefined
  return { apiKey, endpoint, deployment }
}

function googleSpeech(config: z.infer<typeof schema>): HostedConfig['googleSpeech'] {
  const { GOOGLE_SPEECH_API_KEY: apiKey, GOOGLE_SPEECH_CREDENTIALS: account } = config
  const rest = present({ url: config.GOOGLE_SPEECH_URL })
  if (account) {
    const { client_email: email, private_key: privateKey, private_key_id: keyId } = account
    return { access: { serviceAccount: { email, privateKey, ...present({ keyId }) } }, ...rest }
  }
  return apiKey === undefined ? undefined : { access: { apiKey }, ...rest }
}

function azureSpeech(config: z.infer<typeof schema>): HostedConfig['azureSpeech'] {
  const { AZURE_SPEECH_API_KEY: apiKey, AZURE_SPEECH_REGION: region } = config
  if (apiKey === undefined || region === undefined) return undefined
  const urls = { synthesisUrl: config.AZURE_SPEECH_TTS_URL, recognitionUrl: config.AZURE_SPEECH_STT_URL }
  return { apiKey, region, ...present(urls) }
}

function chat(config: z.infer<typeof schema>): HostedConfig['chat'] {
  const { LLM_BASE_URL: baseUrl, LLM_MODEL: model, LLM_API_KEY: apiKey } = config
  return baseUrl === undefined || model === undefined ? undefined : { baseUrl, model, apiKey: apiKey ?? null }
}

function embedding(config: z.infer<typeof schema>): HostedConfig['embedding'] {
  const { EMBEDDING_BASE_URL: baseUrl, EMBEDDING_MODEL: model, EMBEDDING_API_KEY: apiKey } = config
  return baseUrl === undefined || model === undefined ? undefined : { baseUrl, model, apiKey: apiKey ?? null }
}

function keyed<Rest extends object>(
  apiKey: string | undefined,
  rest: Rest,
): ({ apiKey: string } & Present<Rest>) | undefined {
  return apiKey === undefined ? undefined : { apiKey, ...present(rest) }
}

/** With every member either there or absent, never undefined. */
type Present<Whole> = { [Key in keyof Whole]?: Exclude<Whole[Key], undefined> }

function present<Whole extends object>(whole: Whole): Present<Whole> {
  const entries = Object.entries(whole).filter(([, value]) => value !== undefined)
  return Object.fromEntries(entries) as Present<Whole>
}
