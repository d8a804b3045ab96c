import underPressure from '@fastify/under-pressure'
import { ApiError } from '@parley/contract/errors'
import Fastify, { LogController, type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify'
import { serializerCompiler, type ZodTypeProvider } from 'fastify-type-provider-zod'
import { newId } from '../domain/new-id.ts'
import { authenticate, countWrongTokens } from './auth.ts'
import { answerClientError } from './client-error.ts'
import type { Api, HttpDeps } from './deps.ts'
import { apiErrorOf, errorHandler, sendProblem } from './errors.ts'
import { acceptJson } from './json-body.ts'
import { openKeyWatch } from './key-watch.ts'
import { type KnownPaths, watchPaths } from './known-paths.ts'
import { describeApi } from './openapi.ts'
import { createRateLimit } from './rate-limit.ts'
import { accountRoutes } from './routes/accounts.ts'
import { agentRoutes } from './routes/agents.ts'
import { analyticsRoutes } from './routes/analytics.ts'
import { apiKeyRoutes } from './routes/api-keys.ts'
import { auditRoutes } from './routes/audit.ts'
import { balanceRoutes } from './routes/balance.ts'
import { callEventRoutes } from './routes/call-events.ts'
import { callRoutes } from './routes/calls.ts'
import { campaignRoutes } from './routes/campaigns.ts'
import { carrierRoutes } from './routes/carriers.ts'
import { consentRoutes } from './routes/consents.ts'
import { doNotCallRoutes } from './routes/do-not-call.ts'
import { erasureRoutes } from './routes/erasures.ts'
import { errorRoutes } from './routes/errors.ts'
import { healthRoutes } from './routes/health.ts'
import { leadImportRoutes } from './routes/lead-imports.ts'
import { leadListRoutes } from './routes/lead-lists.ts'
import { leadRoutes } from './routes/leads.ts'
import { acceptWebSockets, listenRoutes } from './routes/listen.ts'
import { liveControlRoutes } from './routes/live-control.ts'
import { metricsRoutes } from './routes/metrics.ts'
import { knowledgeRoutes } from './routes/knowledge.ts'
import { ownVoiceRoutes } from './routes/own-voices.ts'
import { phoneNumberRoutes } from './routes/phone-numbers.ts'
import { preflightRoutes } from './routes/preflight.ts'
import { recordingRoutes } from './routes/recordings.ts'
import { secretRoutes } from './routes/secrets.ts'
import { simulationRoutes } from './routes/simulations.ts'
import { testCallRoutes } from './routes/test-calls.ts'
import { timelineRoutes } from './routes/timeline.ts'
import { voicePreviewRoutes } from './routes/voice-preview.ts'
import { voiceRoutes } from './routes/voices.ts'
import { webhookDeliveryRoutes } from './routes/webhook-deliveries.ts'
import { webhookRoutes } from './routes/webhooks.ts'
import { addSecurityHeaders, bareHeaders } from './security-headers.ts'
import { openStreamRoom } from './stream-room.ts'
import { validatorCompiler } from './validation.ts'

const bodyLimitBytes = 1024 * 1024
const defaultLoopDelayMs = 1_000
const defaultMostStreams = 200
const defaultRateLimit = { requests: 600, seconds: 60 }

/** The HTTP API, ready to listen. Closing it ends open event streams and leaves what it was given alone. */
export async function buildHttp(deps: HttpDeps): Promise<FastifyInstance> {
  const { publicUrl } = deps.links
  const app: Api = Fastify({
    loggerInstance: deps.log,
    // Fastify's own lines carry whole URLs, and these may carry phone numbers.
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: bodyLimitBytes,
    genReqId: () => newId(),
    requestIdHeader: false,
    forceCloseConnections: 'idle',
    trustProxy: deps.trustedProxies?.length ? [...deps.trustedProxies] : false,
    clientErrorHandler: answerClientError(publicUrl),
    // What the router refuses passes no hook and no error handler.
    frameworkErrors: (thrown, request, reply) =>
      void sendProblem(
        reply.headers({ ...bareHeaders, 'x-request-id': request.id }),
        apiErrorOf(thrown),
        publicUrl,
      ),
  }).withTypeProvider<ZodTypeProvider>()
  app.setValidatorCompiler(validatorCompiler).setSerializerCompiler(serializerCompiler)
  const paths = watchPaths(app)
  acceptJson(app)
  await acceptWebSockets(app)
  app.setErrorHandler(errorHandler({ publicUrl, log: deps.log }))
  app.setNotFoundHandler((request, reply) => answerUnknown(request, reply, { deps, paths }))
  await addSecurityHeaders(app, publicUrl)
  await refuseUnderPressure(app, deps)
  addHooks(app, deps)
  await describeApi(app, publicUrl)
  await addRoutes(app, deps)
  await app.ready()
  return app
}

async function refuseUnderPressure(
  app: Api,
  { longestLoopDelayMs = defaultLoopDelayMs }: HttpDeps,
): Promise<void> {
  await app.register(underPressure, {
    maxEventLoopDelay: longestLoopDelayMs,
    pressureHandler: request => {
      if (request.routeOptions.config.access === 'public') return
      throw new ApiError('overloaded', { retryAfterSeconds: 5 })
    },
  })
}

function addHooks(app: Api, deps: HttpDeps): void {
  const { database, draining, log, metrics, rateLimit = defaultRateLimit } = deps
  app.decorateRequest('holder', null)
  // A socket that is reset has no address any more, but keeps one that it was asked for.
  app.server.on('connection', socket => void socket.remoteAddress)
  app.addHook('onRequest', refuseGone)
  app.addHook('onRequest', async (request, reply) => {
    reply.header('x-request-id', request.id)
    if (request.routeOptions.config.closedWhileDraining && draining()) {
      reply.header('connection', 'close')
      throw new ApiError('draining', { retryAfterSeconds: 5 })
    }
  })
  const limit = createRateLimit(rateLimit)
  app.addHook('onRequest', authenticate({ database, limit }))
  app.addHook('onResponse', countWrongTokens(limit))
  app.addHook('onRequest', refuseEncoded)
  app.addHook('onRequest', refuseNul)
  app.addHook('onResponse', async (request, reply) => {
    const route = request.routeOptions.url ?? 'unknown'
    const told = {
      method: request.method,
      route,
      status: reply.statusCode,
      ms: Math.round(reply.elapsedTime),
    }
    metrics.onAnswer({ ...told, ms: reply.elapsedTime })
    log.debug({ ...told, request_id: request.id, key_id: request.holder?.keyId }, 'request')
  })
}

/** Whoever has gone hears no answer, and what they did could be traced to nowhere. */
async function refuseGone({ raw }: FastifyRequest): Promise<void> {
  if (raw.socket.remoteAddress === undefined)
    throw new ApiError('bad_request', { detail: 'The connection is gone' })
}

/** No body is unpacked here, and read as if it were plain it would be taken for something else (RFC 9110, 15.5.16). */
async function refuseEncoded({ headers }: FastifyRequest, reply: FastifyReply): Promise<void> {
  if (/^(identity)?$/i.test(headers['content-encoding'] ?? '')) return
  reply.header('accept-encoding', 'identity')
  throw new ApiError('unsupported_media_type', { detail: 'Send the body without a Content-Encoding' })
}

/** PostgreSQL holds no U+0000 in a text, so that nothing can be found by one. */
async function refuseNul({ params, query }: FastifyRequest): Promise<void> {
  const heldBy = (fields: unknown) =>
    Object.entries(fields ?? {}).find(([, value]) => [value].flat().some(part => String(part).includes('\0')))
  if (heldBy(params) !== undefined) throw new ApiError('not_found', { detail: 'No id has a NUL character' })
  const path = heldBy(query)?.[0]
  if (path === undefined) return
  const message = 'Must not contain NUL characters'
  throw new ApiError('invalid_query', { errors: [{ path, message, code: 'invalid_value' }] })
}

async function addRoutes(app: Api, deps: HttpDeps): Promise<void> {
  const closing = new AbortController()
  app.addHook('preClose', async () => closing.abort())
  const keys = openKeyWatch(deps.database, error =>
    deps.log.warn({ err: error }, 'keys can not be looked at now'),
  )
  app.addHook('onClose', async () => keys[Symbol.dispose]())
  const streams = openStreamRoom(deps.mostStreams ?? defaultMostStreams)
  healthRoutes(app, deps)
  metricsRoutes(app, deps)
  errorRoutes(app)
  callRoutes(app, deps)
  testCallRoutes(app, deps)
  timelineRoutes(app, deps)
  liveControlRoutes(app, deps)
  callEventRoutes(app, { ...deps, keys, streams, closing: closing.signal })
  listenRoutes(app, { ...deps, keys, streams })
  recordingRoutes(app, deps)
  voiceRoutes(app, deps)
  await ownVoiceRoutes(app, deps)
  voicePreviewRoutes(app, deps)
  agentRoutes(app, deps)
  simulationRoutes(app, deps)
  carrierRoutes(app, deps)
  phoneNumberRoutes(app, deps)
  doNotCallRoutes(app, deps)
  consentRoutes(app, deps)
  await knowledgeRoutes(app, deps)
  secretRoutes(app, deps)
  preflightRoutes(app, deps)
  leadRoutes(app, deps)
  leadListRoutes(app, deps)
  await leadImportRoutes(app, deps)
  webhookRoutes(app, deps)
  webhookDeliveryRoutes(app, deps)
  campaignRoutes(app, deps)
  apiKeyRoutes(app, deps)
  accountRoutes(app, deps)
  balanceRoutes(app, deps)
  analyticsRoutes(app, deps)
  auditRoutes(app, deps)
  erasureRoutes(app, deps)
}

function answerUnknown(
  request: FastifyRequest,
  reply: FastifyReply,
  { deps, paths }: { deps: HttpDeps; paths: KnownPaths },
): FastifyReply {
  const [path = ''] = request.url.split('?')
  const methods = paths.methodsOf(path)
  const { publicUrl } = deps.links
  if (methods.length === 0)
    return sendProblem(reply, new ApiError('not_found', { detail: 'No such path' }), publicUrl)
  const allow = methods.join(', ')
  reply.header('allow', allow)
  return sendProblem(reply, new ApiError('method_not_allowed', { detail: `Allowed: ${allow}` }), publicUrl)
}
