import type { Voices } from '../../port.ts'
import { dialectVoices } from '../../realtime-protocol/open-voice.ts'
import type { SocketDeadlines } from '../../socket-session.ts'
import { openAiDialect, type OpenAiAddress } from './openai-dialect.ts'

export interface OpenAiRealtimeConfig extends OpenAiAddress {
  readonly deadlines?: Partial<SocketDeadlines>
}

/** OpenAI's Realtime API. */
export function openAiRealtime({ deadlines, ...address }: OpenAiRealtimeConfig): Voices {
  return dialectVoices(openAiDialect(address), deadlines)
}
