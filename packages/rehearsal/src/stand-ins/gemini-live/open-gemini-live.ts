import type { IncomingMessage } from 'node:http'
import type { RawData } from 'ws'
import { openLoopback } from '../loopback.ts'
import type { OpenAiRealtimeOptions } from '../openai-realtime/open-openai-realtime.ts'
import { echo } from '../openai-realtime/script.ts'
import type { StandIn } from '../stand-in.ts'
import { LiveSession } from './live-session.ts'

const PATH =
  /^\/+ws\/google\.ai\.generativelanguage\.(?:v1|v1beta|v1alpha)\.GenerativeService\.BidiGenerateContent$/u

/** Google's Gemini Live. */
export async function openGeminiLive(options: OpenAiRealtimeOptions = {}): Promise<StandIn> {
  return await openLoopback({
    authorize: request => refusalOf(request, options.apiKey),
    connected: line => {
      const session = new LiveSession(line, {
        script: { ...echo, ...options.script },
        pace: { firstDeltaMs: 30, betweenDeltasMs: 10, deltaAudioMs: 100, ...options.pace },
      })
      line.socket.on('message', (data: RawData) => session.receive((data as Buffer).toString()))
      line.socket.once('close', () => session.end())
    },
  })
}

/** The key stands in the address or in a header. */
function refusalOf(request: IncomingMessage, apiKey: string | undefined): number | null {
  // Joined, not resolved: Google's client begins its path with two slashes.
  const url = new URL(`http://stand-in${request.url ?? '/'}`)
  if (!PATH.test(url.pathname)) return 404
  const key = request.headers['x-goog-api-key'] ?? url.searchParams.get('key')
  if (typeof key !== 'string' || key === '' || (apiKey !== undefined && key !== apiKey)) return 401
  return null
}
