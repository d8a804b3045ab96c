import type { IncomingMessage } from 'node:http'
import type { RawData } from 'ws'
import { openLoopback, type Line } from '../loopback.ts'
import type { StandIn } from '../stand-in.ts'
import { parseFluxQuery } from './flux-query.ts'
import { FluxSession, type FluxOptions } from './flux-session.ts'
import { parseListenQuery } from './listen-query.ts'
import { ListenSession, type ListenOptions } from './listen-session.ts'
import { speak, type SpeakOptions } from './speak-request.ts'

export interface DeepgramOptions extends Partial<ListenOptions & FluxOptions>, SpeakOptions {
  /** The only key that is let in; default: any non-empty one. */
  readonly apiKey?: string
}

/** Deepgram's streaming recognizers, `/v1/listen` (nova) and `/v2/listen` (Flux), and its speech over HTTP, `/v1/speak`. */
export async function openDeepgram(options: DeepgramOptions = {}): Promise<StandIn> {
  return await openLoopback({
    authorize: request => refusalOf(request, options.apiKey),
    requested: (request, response, log) => speak(request, response, { log, options }),
    connected: (line, request) => {
      const session = sessionOf(line, request, { delayMs: 20, idleMs: 10_000, ...options })
      if (!session) return line.close(1011, 'query')
      line.socket.on('message', (data: RawData, isBinary) => {
        if (isBinary) session.audio(data as Buffer)
        else session.control((data as Buffer).toString())
      })
      line.socket.once('close', () => session.end())
    },
  })
}

function sessionOf(
  line: Line,
  request: IncomingMessage,
  options: ListenOptions & FluxOptions,
): ListenSession | FluxSession | null {
  if (pathOf(request) === '/v2/listen') {
    const query = parseFluxQuery(searchOf(request))
    return query && new FluxSession(line, query, options)
  }
  const query = parseListenQuery(searchOf(request))
  return query && new ListenSession(line, query, options)
}

function refusalOf(request: IncomingMessage, apiKey: string | undefined): number | null {
  const pathname = pathOf(request)
  const speaks = pathname === '/v1/speak' && request.method === 'POST'
  if (!speaks && pathname !== '/v1/listen' && pathname !== '/v2/listen') return 404
  const key = keyOf(request)
  if (key === undefined || (apiKey !== undefined && key !== apiKey)) return 401
  const parse = pathname === '/v2/listen' ? parseFluxQuery : parseListenQuery
  return speaks || parse(searchOf(request)) ? null : 400
}

function keyOf({ headers }: IncomingMessage): string | undefined {
  return /^(?:token|bearer) (?<key>\S+)$/iu.exec(headers.authorization ?? '')?.groups?.['key']
}

function pathOf(request: IncomingMessage): string {
  return new URL(request.url ?? '/', 'http://stand-in').pathname
}

function searchOf(request: IncomingMessage): URLSearchParams {
  return new URL(request.url ?? '/', 'http://stand-in').searchParams
}
