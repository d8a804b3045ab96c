import {
  controlledCallSchema,
  instructCallSchema,
  pressKeysSchema,
  sayCallSchema,
  transferCallSchema,
} from '@parley/contract/live-control'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { ControlWish } from '../../domain/control.ts'
import { readTransfer } from '../../intake/control-wish.ts'
import { planOfLive, steerCall } from '../../intake/steer-call.ts'
import type { CallOf } from '../../intake/stop-call.ts'
import type { Transaction } from '../../store/database.ts'
import { auditRequest } from '../act.ts'
import { answers } from '../answers.ts'
import { holderIn } from '../auth.ts'
import type { Api, HttpDeps } from '../deps.ts'
import { answerOnceDone } from '../idempotency.ts'
import { callParams } from './calls.ts'

const config = { access: 'calls:write' } as const
const about = {
  tags: ['Calls'],
  description:
    'Answers once the worker that has the call does it. 409: the call is not talked, or the moment forbids it; 503: no worker took it, and nothing was done. The call’s events tell it as `control`.',
  params: callParams,
  response: answers({ 200: controlledCallSchema }),
}

/** Steering a call while its agent talks. */
export function liveControlRoutes(app: Api, deps: HttpDeps): void {
  app.post(
    '/v1/calls/:id/say',
    { config, schema: { ...about, summary: 'Have the agent speak a line', body: sayCallSchema } },
    (request, reply) => steer(deps, { request, reply }, async () => ({ type: 'say', ...request.body })),
  )
  app.post(
    '/v1/calls/:id/instruct',
    {
      config,
      schema: { ...about, summary: 'Guide the agent, unheard by the callee', body: instructCallSchema },
    },
    (request, reply) => steer(deps, { request, reply }, async () => ({ type: 'instruct', ...request.body })),
  )
  app.post(
    '/v1/calls/:id/transfer',
    {
      config,
      schema: {
        ...about,
        summary: 'Connect the callee with somebody else',
        description: `${about.description} What comes of it follows as \`control_result\`, and \`transferred\`.`,
        body: transferCallSchema,
      },
    },
    (request, reply) =>
      steer(deps, { request, reply }, async of => {
        const plan = await planOfLive(deps.database, of)
        return await readTransfer(deps, of.account, { plan, asked: request.body })
      }),
  )
  app.post(
    '/v1/calls/:id/dtmf',
    { config, schema: { ...about, summary: 'Press keys, once the agent is silent', body: pressKeysSchema } },
    (request, reply) => steer(deps, { request, reply }, async () => ({ type: 'dtmf', ...request.body })),
  )
}

interface Asked {
  readonly request: FastifyRequest<{ Params: { id: string } }>
  readonly reply: FastifyReply
}

async function steer(
  deps: HttpDeps,
  { request, reply }: Asked,
  readWish: (of: CallOf) => Promise<ControlWish>,
): Promise<{ ok: true }> {
  const { accountId: account } = holderIn(request)
  const of = { account, id: request.params.id }
  const once = { account, request, body: request.body }
  const { answer, replayed } = await answerOnceDone<{ ok: true }>(deps.database, once, async keep => {
    const done: { ok: true } = { ok: true }
    const wish = await readWish(of)
    // Who did it and when; what was said stands in the events of the call alone.
    const told = { action: `call.${wish.type}`, target: ['call', of.id] } as const
    const alongside = async (trx: Transaction) => {
      await keep(trx, done)
      await auditRequest(trx, deps, { request, told })
    }
    await steerCall({ ...deps, alongside }, of, wish)
    return done
  })
  if (replayed) reply.header('idempotent-replayed', 'true')
  return answer
}
