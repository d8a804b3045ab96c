import websocket from '@fastify/websocket'
import { ApiError } from '@parley/contract/errors'
import { listenQuery, type ListenTicket, listenTicketSchema } from '@parley/contract/listening'
import type { FastifyRequest } from 'fastify'
import type { WebSocket } from 'ws'
import { z } from 'zod'
import type { AccountId, ApiKeyId, CallId } from '../../domain/ids.ts'
import { LiveAudioSender } from '../../domain/live-audio.ts'
import { connectToWorker, issueListenTicket, liveCallBy, liveCallOf } from '../../intake/listen-in.ts'
import { act, auditRequest } from '../act.ts'
import { answers } from '../answers.ts'
import { holderIn } from '../auth.ts'
import type { Api, HttpDeps } from '../deps.ts'
import type { KeyWatch } from '../key-watch.ts'
import type { StreamRoom } from '../stream-room.ts'
import { callParams } from './calls.ts'

const tags = ['Calls']
/** Whoever listens has nothing to say. */
const maxPayload = 1_024
/** RFC 6455 section 7.4.1: the server meets a condition that it did not expect. */
const serverError = 1011
/** The same section: what is asked for is against the rules. */
const policyViolation = 1008
const closeMs = 2_000

const description = `A WebSocket. First comes JSON as text:
\`{"type":"hello","call_id":…,"encoding":"pcm_s16le","sample_rate_hz":8000,"channels":["callee","agent"],"frame_ms":20}\`.
Then one binary message for every 20 ms of the call: 160 samples of both sides, PCM16 little-endian, interleaved, the
callee left and the agent right. Of a listener who does not keep up 1 MB is held; frames beyond that are left out, and
told by \`{"type":"dropped","frames":n}\` when they flow again. Closed with 1000 when the call is over. Send the key as
for other requests, or a token of \`POST\` to this path as \`?token=\`.`

/** A call, and the key by which it is heard: itself, or a token that it asked for. */
interface Listening {
  readonly callId: CallId
  readonly account: AccountId
  readonly keyId: ApiKeyId
}

declare module 'fastify' {
  interface FastifyRequest {
    /** Set on routes that listen in. */
    listensTo: Listening | null
  }
}

/** Before all hooks: it is by one of its own that it closes the connection of a request that another one refuses. */
export async function acceptWebSockets(app: Api): Promise<void> {
  await app.register(websocket, { options: { maxPayload, perMessageDeflate: false } })
  app.decorateRequest('listensTo', null)
}

interface ListenDeps extends HttpDeps {
  readonly keys: KeyWatch
  readonly streams: StreamRoom
}

/** Listening in on a live call, whichever worker has it. */
export function listenRoutes(app: Api, deps: ListenDeps): void {
  tokenRoute(app, deps)
  hearingRoute(app, deps)
}

function tokenRoute(app: Api, deps: HttpDeps): void {
  const { links } = deps
  app.post(
    '/v1/calls/:id/listen',
    {
      config: { access: 'calls:read' },
      schema: {
        tags,
        summary: 'A token for listening in, for clients that can send no key',
        description:
          'Good for 60 seconds and one connection, which ends within two seconds of the key that asked for it.',
        params: callParams,
        body: z.strictObject({}).nullish(),
        response: answers({ 201: listenTicketSchema }),
      },
    },
    async (request, reply) => {
      const { accountId: account, keyId } = holderIn(request)
      const of = { account, keyId, id: request.params.id }
      const audit = () => ({ action: 'call.listen_token_issued', target: ['call', of.id] }) as const
      const answer = await act<ListenTicket>(deps, { request, reply, audit, isSecret: true }, async trx => {
        const { ticket, expiresAt } = await issueListenTicket({ kysely: trx }, of)
        const url = `${links.publicUrl.replace(/^http/, 'ws')}/v1/calls/${of.id}/listen?token=${ticket}`
        return { url, token: ticket, expires_at: expiresAt.toISOString() }
      })
      reply.code(201).header('cache-control', 'no-store')
      return answer
    },
  )
}

function hearingRoute(app: Api, deps: ListenDeps): void {
  app.route({
    method: 'GET',
    url: '/v1/calls/:id/listen',
    exposeHeadRoute: false,
    config: { access: 'calls:read', opensByToken: true },
    schema: {
      tags,
      summary: 'Listen in on a live call: WebSocket, both sides as they sound',
      description,
      params: callParams,
      querystring: listenQuery,
      response: answers({ 101: z.undefined().meta({ description: 'The connection is a WebSocket now' }) }),
    },
    // Before the upgrade, so that a refusal is an answer like any other.
    preHandler: async request => {
      if (!request.ws) return
      const listening = await callToHear(deps, request)
      const gone = new AbortController()
      request.raw.socket.once('close', () => gone.abort())
      if (request.raw.socket.destroyed) gone.abort()
      deps.streams.enter(listening.account, gone.signal)
      request.listensTo = listening
    },
    handler: async (_request, reply) => {
      reply.header('upgrade', 'websocket')
      throw new ApiError('upgrade_required', { detail: 'This is a WebSocket: ask for an upgrade' })
    },
    wsHandler: (client, { listensTo, log }) => {
      if (listensTo === null) throw new Error('nobody looked whether this call may be heard')
      const { callId, keyId } = listensTo
      closeWithKey(client, keyId, deps.keys)
      passOn(client, callId, deps).catch((error: unknown) => {
        log.warn({ err: error, call_id: callId }, 'a call can not be listened to')
        client.close(serverError, error instanceof ApiError ? error.message : 'not possible now')
      })
    },
  })
}

async function callToHear(
  deps: HttpDeps,
  request: FastifyRequest<{ Params: { id: string }; Querystring: { token?: string | undefined } }>,
): Promise<Listening> {
  const { holder, params, query } = request
  const { database } = deps
  if (holder !== null) {
    const callId = await liveCallOf(database, { account: holder.accountId, id: params.id })
    const told = { action: 'call.listened_in', target: ['call', callId] } as const
    await database.kysely.transaction().execute(trx => auditRequest(trx, deps, { request, told }))
    return { callId, account: holder.accountId, keyId: holder.keyId }
  }
  return await liveCallBy(database, { id: params.id, ticket: query.token ?? '' })
}

/** A key that is revoked hears no more, nor does a token that it asked for. */
function closeWithKey(client: WebSocket, keyId: ApiKeyId, keys: KeyWatch): void {
  const gone = new AbortController()
  client.once('close', () => gone.abort())
  const usable = keys.whileUsable(keyId, gone.signal)
  const end = () => {
    client.close(policyViolation, 'the key is no longer good')
    setTimeout(() => client.terminate(), closeMs).unref()
  }
  usable.addEventListener('abort', end, { once: true })
}

/** Until either side closes. */
async function passOn(client: WebSocket, callId: CallId, { database, links }: HttpDeps): Promise<void> {
  const gone = Promise.withResolvers<'gone'>()
  client.once('close', () => gone.resolve('gone'))
  client.on('error', () => client.terminate())
  const sender = new LiveAudioSender(client)
  const hear = (data: Buffer, isBinary: boolean) =>
    isBinary ? sender.frame(data) : client.send(data.toString())
  const worker = await connectToWorker({ database, secret: links.secret }, { callId, hear })
  worker.once('close', code => {
    client.close(code === 1000 ? 1000 : serverError, code === 1000 ? 'the call is over' : 'the call was lost')
    setTimeout(() => client.terminate(), closeMs).unref()
  })
  await gone.promise
  worker.terminate()
}
