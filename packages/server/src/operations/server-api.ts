import { setTimeout as delay } from 'node:timers/promises'
import type { CallEvent } from '@parley/contract/events'
import { type Problem, problemSchema } from '@parley/contract/errors'
import { EventSourceParserStream } from 'eventsource-parser/stream'
import { OperatorError } from './archive.ts'
import { reasonOf } from './finding.ts'

/** A running server, as any client reaches it. Whatever goes wrong is an OperatorError that says what to do. */
export interface ServerApi {
  get(path: string): Promise<unknown>
  post(path: string, body: object): Promise<unknown>
  /** What happens in a call, from its beginning until all is done; goes on where it was after a lost connection. */
  follow(callId: string, signal: AbortSignal): AsyncIterable<CallEvent>
}

const defaultUrl = 'http://127.0.0.1:3000'
const answersWithinMs = 20_000
const reconnectsAtMost = 10
const reconnectMs = 1_000

/** By PARLEY_URL and PARLEY_API_KEY. Throws OperatorError where they can not be used. */
export function serverApi(environment: Readonly<Record<string, string | undefined>>): ServerApi {
  const { PARLEY_URL: url = defaultUrl, PARLEY_API_KEY: key = '' } = environment
  if (!/^https?:\/\/[^\s]+$/.test(url))
    throw new OperatorError('PARLEY_URL must be an address such as http://127.0.0.1:3000')
  if (!/^[\x21-\x7e]+$/.test(key)) throw new OperatorError('Set PARLEY_API_KEY to a key of the server')
  const base = url.replace(/\/+$/, '')
  const send: Send = async (path, { headers, ...init }) => {
    const authorization = `Bearer ${key}`
    const request = { ...init, redirect: 'error' as const, headers: { ...headers, authorization } }
    const response = await fetch(`${base}${path}`, request).catch((error: unknown) => {
      init.signal.throwIfAborted()
      throw new Unreached(`No server answers at ${base} (${causeOf(error)}): PARLEY_URL names another one`)
    })
    if (!response.ok) throw await refusal(response, base)
    return response
  }
  const ask = async (path: string, init: { method?: string; body?: string } = {}) => {
    const signal = AbortSignal.timeout(answersWithinMs)
    try {
      const response = await send(path, { ...init, headers: { 'content-type': 'application/json' }, signal })
      return (await response.json()) as unknown
    } catch (error) {
      if (error instanceof OperatorError) throw error
      if (signal.aborted)
        throw new OperatorError(`The server at ${base} did not answer in ${answersWithinMs / 1_000} s`)
      throw new OperatorError(`What answers at ${base} is no Parley (${reasonOf(error)})`)
    }
  }
  return {
    get: path => ask(path),
    post: (path, body) => ask(path, { method: 'POST', body: JSON.stringify(body) }),
    follow: (callId, signal) => followFeed(lastId => openFeed(send, { callId, lastId, signal }), signal),
  }
}

type Send = (
  path: string,
  init: { method?: string; body?: string; headers: Record<string, string>; signal: AbortSignal },
) => Promise<Response>

/** Worth another try where a feed breaks. */
class Unreached extends OperatorError {}

async function* followFeed(
  open: (lastId: string | null) => Promise<AsyncIterable<{ id?: string | undefined; data: string }> | null>,
  signal: AbortSignal,
): AsyncGenerator<CallEvent> {
  let lastId: string | null = null
  for (let attempt = 0; ; attempt += 1) {
    try {
      const feed = await open(lastId)
      if (feed === null) return
      for await (const { id, data } of feed) {
        lastId = id ?? lastId
        attempt = 0
        yield JSON.parse(data) as CallEvent
      }
      // Also a server that is about to end does that.
      if (attempt === reconnectsAtMost) throw new Unreached('The server ends what it tells of the call')
    } catch (error) {
      if (signal.aborted) return
      const isLasting = error instanceof OperatorError && !(error instanceof Unreached)
      if (isLasting || attempt === reconnectsAtMost) throw error
    }
    if (attempt > 0) await delay(reconnectMs, undefined, { signal }).catch(() => undefined)
  }
}

/** Null (204): the call is over, and everything of it was seen. */
async function openFeed(
  send: Send,
  { callId, lastId, signal }: { callId: string; lastId: string | null; signal: AbortSignal },
) {
  const headers = { accept: 'text/event-stream', ...(lastId === null ? {} : { 'last-event-id': lastId }) }
  const { body } = await send(`/v1/calls/${callId}/events`, { headers, signal })
  if (body === null) return null
  return body.pipeThrough(new TextDecoderStream()).pipeThrough(new EventSourceParserStream())
}

async function refusal(response: Response, base: string): Promise<OperatorError> {
  const { status, headers } = response
  const read = problemSchema.safeParse(await response.json().catch(() => null))
  if (!read.success) return new OperatorError(`What answers at ${base} is no Parley (status ${status})`)
  const words = wordsOf(read.data)
  const wait = headers.get('retry-after')
  if (status === 401) return new OperatorError(`${base} does not know the key in PARLEY_API_KEY: ${words}`)
  if (status === 503) return new Unreached(`${words}${wait === null ? '' : `; try again in ${wait} s`}`)
  const isDated = wait === null || words.includes('allowed from')
  return new OperatorError(isDated ? words : `${words}; allowed in ${wait} s`)
}

/** `code: what is wrong; field: what is wrong with it`. */
function wordsOf({ type, title, detail = title, errors = [] }: Problem): string {
  const faults = errors.filter(({ message }) => message !== detail)
  const code = type.split(/[/:#]/).at(-1) ?? type
  return [`${code}: ${detail}`, ...faults.map(({ path, message }) => `${path}: ${message}`)].join('; ')
}

function causeOf(error: unknown): string {
  return reasonOf(error instanceof Error && error.cause instanceof Error ? error.cause : error)
}
