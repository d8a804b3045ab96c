import type { IncomingMessage } from 'node:http'
import type { RawData } from 'ws'
import { openLoopback, type Line } from '../loopback.ts'
import type { StandIn } from '../stand-in.ts'
import { parseStreamingQuery } from './streaming-query.ts'
import { StreamingSession, type StreamingOptions } from './streaming-session.ts'

export interface AssemblyAiOptions extends Partial<StreamingOptions> {
  /** The only key that is let in; default: any non-empty one. */
  readonly apiKey?: string
}

/** AssemblyAI's Universal Streaming, `/v3/ws`. It looks at keys and parameters only once the socket is open. */
export async function openAssemblyAi(options: AssemblyAiOptions = {}): Promise<StandIn> {
  return await openLoopback({
    authorize: request => (urlOf(request).pathname === '/v3/ws' ? null : 404),
    connected: (line, request) => {
      const query = parseStreamingQuery(urlOf(request).searchParams)
      const key = request.headers.authorization ?? ''
      if (key === '' || (options.apiKey !== undefined && key !== options.apiKey)) {
        return fail(line, 1008, 'Unauthorized Connection: Invalid API key')
      }
      if ('fault' in query) return fail(line, 3006, `Input validation error: ${query.fault}`)
      const session = new StreamingSession(line, query, { delayMs: 20, ...options })
      line.socket.on('message', (data: RawData, isBinary) => {
        if (isBinary) session.audio(data as Buffer)
        else session.control((data as Buffer).toString())
      })
      line.socket.once('close', () => session.end())
    },
  })
}

function fail(line: Line, code: number, error: string): void {
  line.send('Error', { type: 'Error', error_code: code, error })
  line.close(code, 'See Error message for details')
}

function urlOf(request: IncomingMessage): URL {
  return new URL(request.url ?? '/', 'http://stand-in')
}
