import type { CallEvent } from '@parley/contract/events'
import { setTimeout as delay } from 'node:timers/promises'
import { z } from 'zod'
import { DemoFailed } from './options.ts'
import { readEventStream } from './event-stream.ts'

/** The few requests of the demo, as any customer would make them. */
export interface ParleyApi {
  createKey(name: string, signal: AbortSignal): Promise<string>
  /** Places a call and returns its id. */
  placeCall(body: object, signal: AbortSignal): Promise<string>
  call(callId: string, signal: AbortSignal): Promise<CallReport>
  /** Everything that happens in a call, until its feed ends; goes on where it was after a lost connection. */
  follow(callId: string, signal: AbortSignal): AsyncIterable<CallEvent>
}

const callSchema = z.object({
  status: z.string(),
  call_status: z.string().nullable(),
  end_reason: z.string().nullable(),
  error_message: z.string().nullable(),
  call_summary: z.string().nullable(),
  duration: z.number().nullable(),
  recording_url: z.string().nullable(),
  latency: z
    .object({ turns: z.number(), voice_to_voice_p50_ms: z.number().nullable() })
    .nullable()
    .optional(),
})
export type CallReport = z.infer<typeof callSchema>

const problemSchema = z.object({
  title: z.string(),
  detail: z.string().optional(),
  errors: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
})

const requestMs = 15_000
const asksAtMost = 3
const reconnectsAtMost = 10
const reconnectMs = 500

export function createParleyApi(baseUrl: string, key: string): ParleyApi {
  const ask: Ask = async (path, { headers = {}, ...init }) => {
    const authorized = { ...headers, authorization: `Bearer ${key}` }
    const request = { ...init, headers: authorized }
    const response = await fetchPatiently(`${baseUrl}${path}`, request).catch((error: unknown) => {
      throw new DemoFailed(`${path} could not be reached: ${reasonOf(error)}`, error)
    })
    if (!response.ok)
      throw new DemoFailed(`${path} answered ${response.status}: ${await problemOf(response)}`)
    return response
  }
  const post = async (path: string, body: object, signal: AbortSignal): Promise<unknown> => {
    const response = await ask(path, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
      signal: AbortSignal.any([signal, AbortSignal.timeout(requestMs)]),
    })
    return await response.json()
  }
  return {
    async createKey(name, signal) {
      const scopes = ['calls:read', 'calls:write']
      return z.object({ key: z.string() }).parse(await post('/v1/api-keys', { name, scopes }, signal)).key
    },
    async placeCall(body, signal) {
      return z.object({ call_id: z.string() }).parse(await post('/v1/calls', body, signal)).call_id
    },
    async call(callId, signal) {
      const deadline = AbortSignal.any([signal, AbortSignal.timeout(requestMs)])
      const response = await ask(`/v1/calls/${callId}`, { signal: deadline })
      return callSchema.parse(await response.json())
    },
    follow: (callId, signal) => followFeed(lastId => openFeed(ask, { callId, lastId, signal }), signal),
  }
}

/** A server that can not serve for a moment says when to ask again; whoever waits too long gets its last answer. */
async function fetchPatiently(url: string, request: RequestInit): Promise<Response> {
  for (let attempt = 1; ; attempt += 1) {
    const response = await fetch(url, request)
    const waitSeconds = Number(response.headers.get('retry-after'))
    if (response.status !== 503 || attempt === asksAtMost || !(waitSeconds > 0)) return response
    await response.body?.cancel()
    await delay(waitSeconds * 1_000, undefined, request.signal ? { signal: request.signal } : {})
  }
}

interface Asked {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
  readonly signal: AbortSignal
}
type Ask = (path: string, asked: Asked) => Promise<Response>

async function openFeed(
  ask: Ask,
  { callId, lastId, signal }: { callId: string; lastId: string | null; signal: AbortSignal },
): Promise<AsyncIterable<Uint8Array>> {
  const headers = { accept: 'text/event-stream', ...(lastId === null ? {} : { 'last-event-id': lastId }) }
  const { body } = await ask(`/v1/calls/${callId}/events`, { headers, signal })
  if (!body) throw new Error('the event stream has no body')
  return body
}

/** The server closes the stream once a call is over; a stream that breaks before is taken up again. */
async function* followFeed(
  open: (lastId: string | null) => Promise<AsyncIterable<Uint8Array>>,
  signal: AbortSignal,
): AsyncGenerator<CallEvent> {
  let lastId: string | null = null
  for (let attempt = 0; attempt <= reconnectsAtMost; attempt += 1) {
    try {
      for await (const { id, data } of readEventStream(await open(lastId))) {
        lastId = id ?? lastId
        yield JSON.parse(data) as CallEvent
      }
      return
    } catch (error) {
      signal.throwIfAborted()
      if (attempt === reconnectsAtMost) throw error
      await delay(reconnectMs, undefined, { signal })
    }
  }
}

async function problemOf(response: Response): Promise<string> {
  const problem = problemSchema.safeParse(await response.json().catch(() => null))
  if (!problem.success) return response.statusText
  const { title, detail, errors = [] } = problem.data
  return [detail ?? title, ...errors.map(({ path, message }) => `${path}: ${message}`)].join('; ')
}

function reasonOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error
  return cause instanceof Error ? cause.message : String(cause)
}
