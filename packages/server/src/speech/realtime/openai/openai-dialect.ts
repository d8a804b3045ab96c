import {
  recalled,
  sayByInstruction,
  sessionUpdate,
  truncations,
} from '../../realtime-protocol/client-events.ts'
import { socketUrl, type Dialect } from '../../realtime-protocol/dialect.ts'

export const PROVIDER = 'openai'

const TRANSCRIPTION_MODEL = 'gpt-4o-mini-transcribe'

export interface OpenAiAddress {
  readonly apiKey: string
  /** Default `wss://api.openai.com/v1/realtime`. */
  readonly realtimeUrl?: string
  /** Where the platform's other requests to OpenAI go; the realtime URL is derived from it unless given. */
  readonly baseUrl?: string
}

export function openAiDialect({ apiKey, realtimeUrl, baseUrl }: OpenAiAddress): Dialect {
  return {
    provider: PROVIDER,
    secret: apiKey,
    takesTurns: false,
    headers: { authorization: `Bearer ${apiKey}` },
    url: model => {
      const url = realtimeUrl
        ? socketUrl(realtimeUrl, '')
        : socketUrl(baseUrl ?? 'https://api.openai.com/v1', '/realtime')
      url.searchParams.set('model', model)
      return url
    },
    sessionUpdate: session => sessionUpdate(session, TRANSCRIPTION_MODEL),
    say: sayByInstruction,
    saysUnmarked: false,
    recall: recalled,
    cut: truncations,
  }
}
