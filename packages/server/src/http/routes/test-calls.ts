import { placeTestCallSchema, type TestCall, testCallSchema } from '@parley/contract/test-calls'
import { placeTestCall } from '../../intake/place-test-call.ts'
import { actWith } from '../act.ts'
import { answers } from '../answers.ts'
import { holderIn } from '../auth.ts'
import type { Api, HttpDeps } from '../deps.ts'
import { leaveUnchecked } from '../validation.ts'

export function testCallRoutes(app: Api, deps: HttpDeps): void {
  app.post(
    '/v1/test-calls',
    {
      config: { access: 'calls:write', closedWhileDraining: true },
      schema: {
        tags: ['Calls'],
        summary: 'Prepare a call that a browser joins',
        body: placeTestCallSchema,
        response: answers({ 201: testCallSchema }),
      },
      validatorCompiler: leaveUnchecked,
    },
    async (request, reply) => {
      const account = holderIn(request).accountId
      const call = await actWith<TestCall>(deps, { request, reply, isSecret: true }, alongside =>
        placeTestCall({ ...deps, secret: deps.links.secret, alongside }, account, request.body),
      )
      reply.code(201).header('location', `/v1/calls/${call.call_id}`)
      return call
    },
  )
}
