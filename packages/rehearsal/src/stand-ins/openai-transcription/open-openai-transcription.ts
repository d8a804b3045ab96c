import type { IncomingMessage } from 'node:http'
import type { RawData } from 'ws'
import { openLoopback } from '../loopback.ts'
import { bearerOf, modelOf } from '../openai-realtime/open-openai-realtime.ts'
import type { StandIn } from '../stand-in.ts'
import { TranscriptionSession, type TranscriptionOptions } from './transcription-session.ts'

export interface OpenAiTranscriptionOptions extends Partial<TranscriptionOptions> {
  /** The only key that is let in; default: any non-empty one. */
  readonly apiKey?: string
}

/** OpenAI's realtime transcription: `/v1/realtime?intent=transcription`, without a model in the address. */
export async function openOpenAiTranscription(options: OpenAiTranscriptionOptions = {}): Promise<StandIn> {
  return await openLoopback({
    authorize: request => refusalOf(request, options.apiKey),
    connected: line => {
      const session = new TranscriptionSession(line, { delayMs: 20, ...options })
      line.socket.on('message', (data: RawData, isBinary) => {
        if (isBinary) line.close(1003, 'text frames only')
        else session.receive((data as Buffer).toString())
      })
      line.socket.once('close', () => session.end())
    },
  })
}

function refusalOf(request: IncomingMessage, apiKey: string | undefined): number | null {
  const url = new URL(request.url ?? '/', 'http://stand-in')
  if (!url.pathname.endsWith('/realtime')) return 404
  const key = bearerOf(request)
  if (key === undefined || (apiKey !== undefined && key !== apiKey)) return 401
  return url.searchParams.get('intent') === 'transcription' && modelOf(request) === null ? null : 400
}
