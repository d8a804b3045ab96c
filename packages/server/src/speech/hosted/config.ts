import type { GoogleAccess } from '../cascade/recognizers/google/credentials.ts'
import type { RecognizerProvider } from './recognizers.ts'

/** Keys and addresses of hosted providers. What is absent is not offered. */
export interface HostedConfig {
  readonly openai?: { readonly apiKey: string; readonly baseUrl?: string; readonly realtimeUrl?: string }
  /** The deployment of a realtime model on an Azure resource. */
  readonly azure?: { readonly apiKey: string; readonly endpoint: string; readonly deployment: string }
  readonly gemini?: { readonly apiKey: string; readonly url?: string }
  readonly xai?: { readonly apiKey: string; readonly url?: string }
  /** Vendors of language models. */
  readonly anthropic?: { readonly apiKey: string; readonly baseUrl?: string }
  readonly google?: { readonly apiKey: string; readonly baseUrl?: string }
  readonly mistral?: { readonly apiKey: string; readonly baseUrl?: string }
  readonly groq?: { readonly apiKey: string; readonly baseUrl?: string }
  readonly deepgram?: { readonly apiKey: string; readonly url?: string; readonly model?: string }
  readonly elevenlabs?: { readonly apiKey: string; readonly url?: string; readonly model?: string }
  readonly cartesia?: { readonly apiKey: string; readonly url?: string; readonly model?: string }
  readonly googleSpeech?: { readonly access: GoogleAccess; readonly url?: string }
  readonly azureSpeech?: {
    readonly apiKey: string
    readonly region: string
    readonly synthesisUrl?: string
    readonly recognitionUrl?: string
  }
  readonly assemblyai?: { readonly apiKey: string; readonly url?: string }
  /** The recognizer that comes before the others. */
  readonly recognizer?: RecognizerProvider
  /** Any OpenAI-compatible server: its model comes before OpenAI's own. */
  readonly chat?: { readonly baseUrl: string; readonly apiKey: string | null; readonly model: string }
  /** Any OpenAI-compatible server that makes embeddings; absent: OpenAI's own, where it has a key. */
  readonly embedding?: { readonly baseUrl: string; readonly apiKey: string | null; readonly model: string }
}
