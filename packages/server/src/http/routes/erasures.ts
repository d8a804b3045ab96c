import { type Erasure, eraseNumberSchema, erasureSchema } from '@parley/contract/erasures'
import { z } from 'zod'
import type { CallId } from '../../domain/ids.ts'
import { eraseCall, type EraseDeps, eraseNumber, tellCancelled } from '../../intake/erase.ts'
import { hashedNumber } from '../../store/hashed-number.ts'
import { act } from '../act.ts'
import { answers } from '../answers.ts'
import { holderIn } from '../auth.ts'
import type { Api, HttpDeps } from '../deps.ts'
import { callParams } from './calls.ts'

export function erasureRoutes(app: Api, deps: HttpDeps): void {
  const { database, sealing, recordings } = deps
  const erasing = { database, sealing, removeRecording: (path: string) => recordings.remove(path) }
  callRoute(app, deps, erasing)
  numberRoute(app, deps, erasing)
}

function callRoute(app: Api, deps: HttpDeps, erasing: EraseDeps): void {
  app.delete(
    '/v1/calls/:id',
    {
      config: { access: 'calls:write' },
      schema: {
        tags: ['Calls'],
        summary: 'Erase a call: transcript, recording and all that is personal',
        description: 'What was billed stays. A call that waits or is live has to be stopped first.',
        params: callParams,
        response: { ...answers({}), 204: z.undefined() },
      },
    },
    async (request, reply) => {
      const of = { account: holderIn(request).accountId, id: request.params.id }
      const audit = () => ({ action: 'call.erased', target: ['call', of.id] }) as const
      await act(deps, { request, reply, audit }, async trx => {
        await eraseCall(trx, erasing, of)
        return {}
      })
      return await reply.code(204).send()
    },
  )
}

function numberRoute(app: Api, deps: HttpDeps, erasing: EraseDeps): void {
  app.post(
    '/v1/erasures',
    {
      config: { access: 'admin' },
      schema: {
        tags: ['Privacy'],
        summary: 'Erase all that is kept of a phone number',
        description:
          'Calls with it, leads and messages; calls to it that wait are cancelled. On the do-not-call list, and in ' +
          'consents, a keyed hash stays, so that it is still never called. 409 while a call with it is live.',
        body: eraseNumberSchema,
        response: answers({ 200: erasureSchema }),
      },
    },
    async (request, reply) => {
      const of = { account: holderIn(request).accountId, number: request.body.phone_number }
      const audit = (erased: Erasure) =>
        ({
          action: 'number.erased',
          target: ['phone_number', hashedNumber(deps.sealing, of)],
          details: { ...erased },
        }) as const
      const told: CallId[] = []
      const answer = await act<Erasure>(deps, { request, reply, audit }, async trx => {
        const { erasure, cancelled } = await eraseNumber(trx, erasing, of)
        told.push(...cancelled)
        return erasure
      })
      await tellCancelled(erasing, told)
      return answer
    },
  )
}
