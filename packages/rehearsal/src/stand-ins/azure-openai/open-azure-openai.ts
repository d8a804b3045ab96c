import type { IncomingMessage } from 'node:http'
import { openLoopback } from '../loopback.ts'
import {
  bearerOf,
  modelOf,
  serveRealtime,
  type OpenAiRealtimeOptions,
} from '../openai-realtime/open-openai-realtime.ts'
import type { StandIn } from '../stand-in.ts'

export interface AzureOpenAiOptions extends OpenAiRealtimeOptions {
  /** Deployments there are; default: every name. */
  readonly deployments?: readonly string[]
}

/** Azure's OpenAI resource: the same sessions at a path of its own, the key in Azure's header or in OpenAI's. */
export async function openAzureOpenAi(options: AzureOpenAiOptions = {}): Promise<StandIn> {
  return await openLoopback({
    authorize: request => refusalOf(request, options),
    connected: serveRealtime(options, () => ({})),
  })
}

/** The dated API versions belong to another path, and the GA path refuses them. */
function refusalOf(request: IncomingMessage, { apiKey, deployments }: AzureOpenAiOptions): number | null {
  const url = new URL(request.url ?? '/', 'http://stand-in')
  if (url.pathname !== '/openai/v1/realtime') return 404
  const given = request.headers['api-key']
  const key = typeof given === 'string' ? given : bearerOf(request)
  if (key === undefined || key === '' || (apiKey !== undefined && key !== apiKey)) return 401
  const deployment = modelOf(request)
  if (deployment === null || url.searchParams.has('api-version')) return 400
  return deployments && !deployments.includes(deployment) ? 404 : null
}
