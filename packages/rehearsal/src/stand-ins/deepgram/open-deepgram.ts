import type { IncomingMessage } from 'node:http'
import type { RawData } from 'ws'
import { openLoopback } from '../loopback.ts'
import type { StandIn } from '../stand-in.ts'
import { parseListenQuery } from './listen-query.ts'
import { ListenSession, type ListenOptions } from './listen-session.ts'
import { speak, type SpeakOptions } from './speak-request.ts'

export interface DeepgramOptions extends Partial<ListenOptions>, SpeakOptions {
  /** The only key that is let in; default: any non-empty one. */
  readonly apiKey?: string
}

/** Deepgram's streaming recognizer, `/v1/listen`, and its speech over HTTP, `/v1/speak`. */
export async function openDeepgram(options: DeepgramOptions = {}): Promise<StandIn> {
  return await openLoopback({
    authorize: request => refusalOf(request, options.apiKey),
    requested: (request, response, log) => speak(request, response, { log, options }),
    connected: (line, request) => {
      const query = parseListenQuery(searchOf(request))
      if (!query) return line.close(1011, 'query')
      const session = new ListenSession(line, query, {
        delayMs: 20,
        idleMs: 10_000,
        ...options,
      })
      line.socket.on('message', (data: RawData, isBinary) => {
        if (isBinary) session.audio(data as Buffer)
        else session.control((data as Buffer).toString())
      })
      line.socket.once('close', () => session.end())
    },
  })
}

function refusalOf(request: IncomingMessage, apiKey: string | undefined): number | null {
  const { pathname } = new URL(request.url ?? '/', 'http://stand-in')
  const speaks = pathname === '/v1/speak' && request.method === 'POST'
  if (pathname !== '/v1/listen' && !speaks) return 404
  const key = keyOf(request)
  if (key === undefined || (apiKey !== undefined && key !== apiKey)) return 401
  return speaks || parseListenQuery(searchOf(request)) ? null : 400
}

function keyOf({ headers }: IncomingMessage): string | undefined {
  return /^(?:token|bearer) (?<key>\S+)$/iu.exec(headers.authorization ?? '')?.groups?.['key']
}

function searchOf(request: IncomingMessage): URLSearchParams {
  return new URL(request.url ?? '/', 'http://stand-in').searchParams
}
