import type { IncomingMessage } from 'node:http'
import type { RawData } from 'ws'
import { openLoopback, type Line, type Provider } from '../loopback.ts'
import type { StandIn } from '../stand-in.ts'
import type { Pace } from './output.ts'
import { RealtimeSession, type Protocol } from './realtime-session.ts'
import { echo, type Script } from './script.ts'

export interface OpenAiRealtimeOptions {
  /** The only key that is let in; default: any non-empty one. */
  readonly apiKey?: string
  readonly script?: Partial<Script>
  readonly pace?: Partial<Pace>
  readonly transcriptMs?: number
}

/** Reads the beta's header too, only to refuse it as the service now does. */
export async function openOpenAiRealtime(options: OpenAiRealtimeOptions = {}): Promise<StandIn> {
  return await openLoopback({
    authorize: request => refusalOf(request, options.apiKey),
    connected: serveRealtime(options, () => ({})),
  })
}

/** Serves sessions; `protocolFor` makes each session's own way of speaking. */
export function serveRealtime(
  options: OpenAiRealtimeOptions,
  protocolFor: (line: Line) => Partial<Protocol>,
): NonNullable<Provider['connected']> {
  return (line, request) => {
    const session = new RealtimeSession(line, {
      model: modelOf(request) ?? '',
      script: { ...echo, ...options.script },
      pace: { firstDeltaMs: 30, betweenDeltasMs: 10, deltaAudioMs: 100, ...options.pace },
      transcriptMs: options.transcriptMs ?? 60,
      ...protocolFor(line),
    })
    line.socket.on('message', (data: RawData, isBinary) => {
      if (isBinary) line.close(1003, 'text frames only')
      else session.receive((data as Buffer).toString())
    })
    line.socket.once('close', () => session.end())
  }
}

function refusalOf(request: IncomingMessage, apiKey: string | undefined): number | null {
  const url = new URL(request.url ?? '/', 'http://stand-in')
  if (!url.pathname.endsWith('/realtime')) return 404
  const key = bearerOf(request)
  if (key === undefined || (apiKey !== undefined && key !== apiKey)) return 401
  return modelOf(request) === null || request.headers['openai-beta'] !== undefined ? 400 : null
}

export function bearerOf(request: IncomingMessage): string | undefined {
  return /^Bearer (?<key>\S+)$/u.exec(request.headers.authorization ?? '')?.groups?.['key']
}

export function modelOf(request: IncomingMessage): string | null {
  return new URL(request.url ?? '/', 'http://stand-in').searchParams.get('model')
}
