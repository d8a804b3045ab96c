import { Readable } from 'node:stream'
import { setTimeout as delay } from 'node:timers/promises'
import { ApiError } from '@parley/contract/errors'
import type { CallEvent } from '@parley/contract/events'
import { z } from 'zod'
import { findCall } from '../../store/calls.ts'
import { answers } from '../answers.ts'
import { holderIn } from '../auth.ts'
import type { Api, HttpDeps } from '../deps.ts'
import type { KeyWatch } from '../key-watch.ts'
import type { StreamRoom } from '../stream-room.ts'
import { callParams } from './calls.ts'

/** Proxies and clients give up on silent connections; a comment now and then keeps them open. */
const heartbeatMs = 15_000
const reconnectMs = 2_000

interface EventDeps extends HttpDeps {
  readonly keys: KeyWatch
  readonly streams: StreamRoom
  readonly closing: AbortSignal
}

/** Server-sent events (WHATWG HTML, 9.2) of one call: its past from the rows, then what comes. */
export function callEventRoutes(app: Api, { database, liveCalls, keys, streams, closing }: EventDeps): void {
  app.get(
    '/v1/calls/:id/events',
    {
      exposeHeadRoute: false,
      config: { access: 'calls:read' },
      schema: {
        tags: ['Calls'],
        summary: 'Follow a call: server-sent events, resumed by Last-Event-ID, ending when all is done',
        params: callParams,
        response: {
          ...answers({}),
          200: { description: 'Events', content: { 'text/event-stream': { schema: z.any() } } },
          204: z.undefined().meta({ description: 'The call is over and all was seen' }),
        },
      },
    },
    async (request, reply) => {
      const row = await findCall(database, { account: holderIn(request).accountId, id: request.params.id })
      if (row === null) throw new ApiError('not_found', { detail: 'No such call' })
      const seen = lastSeen(request.headers['last-event-id'])
      // 204 tells an EventSource that connected again that there is nothing to come back for.
      if (row.completed && seen >= row.next_sequence - 1) return await reply.code(204).send()
      const gone = new AbortController()
      request.raw.socket.once('close', () => gone.abort())
      reply.raw.once('close', () => gone.abort())
      // Closed meanwhile, it does not say so again.
      if (request.raw.socket.destroyed) gone.abort()
      streams.enter(holderIn(request).accountId, gone.signal)
      const usable = keys.whileUsable(holderIn(request).keyId, gone.signal)
      const signal = AbortSignal.any([gone.signal, usable, closing])
      const events = liveCalls.follow(row.id, seen, signal)
      return await reply
        .header('content-type', 'text/event-stream; charset=utf-8')
        .header('cache-control', 'no-store')
        .header('x-accel-buffering', 'no')
        // Kept alive, the connection would outlast the stream and hold up the server's end.
        .header('connection', 'close')
        .send(Readable.from(frames(events), { objectMode: false }))
    },
  )
}

function lastSeen(field: string | string[] | undefined): number {
  if (field === undefined || field === '') return 0
  if (typeof field === 'string' && /^\d{1,9}$/.test(field)) return Number(field)
  throw new ApiError('bad_request', { detail: 'Last-Event-ID must be the number of an event' })
}

async function* frames(events: AsyncIterable<CallEvent>): AsyncGenerator<Buffer> {
  yield Buffer.from(`retry: ${reconnectMs}\n\n`)
  const iterator = events[Symbol.asyncIterator]()
  const over = new AbortController()
  try {
    for (let next = iterator.next(); ; ) {
      const beat = new AbortController()
      const signal = AbortSignal.any([beat.signal, over.signal])
      const silence = delay(heartbeatMs, 'silence' as const, { signal }).catch(() => 'silence' as const)
      const result = await Promise.race([next, silence])
      beat.abort()
      if (result === 'silence') {
        yield Buffer.from(': still here\n\n')
        continue
      }
      if (result.done) return
      yield Buffer.from(frameOf(result.value))
      next = iterator.next()
    }
  } finally {
    over.abort()
    // Not awaited: it ends with the signal that ends the events, and must not hold up the answer's end.
    void iterator.return?.()
  }
}

function frameOf(event: CallEvent): string {
  return `id: ${event.sequence}\nevent: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`
}
