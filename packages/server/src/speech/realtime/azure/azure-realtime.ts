import type { Voices } from '../../port.ts'
import type { SocketDeadlines } from '../../socket-session.ts'
import {
  recalled,
  sayByInstruction,
  sessionUpdate,
  truncations,
} from '../../realtime-protocol/client-events.ts'
import { socketUrl, type Dialect } from '../../realtime-protocol/dialect.ts'
import { dialectVoices } from '../../realtime-protocol/open-voice.ts'
import { PROVIDER } from './models.ts'

export interface AzureRealtimeConfig {
  readonly apiKey: string
  /** The resource's root, such as `https://my-resource.openai.azure.com`. */
  readonly endpoint: string
  readonly deadlines?: Partial<SocketDeadlines>
}

/** The transcriber that a resource has without a deployment of its own. */
const TRANSCRIPTION_MODEL = 'whisper-1'

/** OpenAI's realtime models on an Azure resource, whose deployments have names of their own. */
export function azureRealtime({ deadlines, ...address }: AzureRealtimeConfig): Voices {
  return dialectVoices(azureDialect(address), deadlines)
}

/**
 * The GA form, which takes no API version.
 * https://learn.microsoft.com/azure/foundry/openai/how-to/realtime-audio-websockets
 */
export function azureDialect({ apiKey, endpoint }: { apiKey: string; endpoint: string }): Dialect {
  return {
    provider: PROVIDER,
    takesTurns: false,
    secret: apiKey,
    headers: { 'api-key': apiKey },
    url: deployment => {
      const url = socketUrl(endpoint, '/openai/v1/realtime')
      url.searchParams.set('model', deployment)
      return url
    },
    sessionUpdate: session => sessionUpdate(session, TRANSCRIPTION_MODEL),
    say: sayByInstruction,
    saysUnmarked: false,
    recall: recalled,
    cut: truncations,
  }
}
