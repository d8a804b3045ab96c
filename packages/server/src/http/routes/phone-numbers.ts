import { ApiError } from '@parley/contract/errors'
import { pageQuery } from '@parley/contract/page'
import {
  addPhoneNumberSchema,
  changePhoneNumberSchema,
  type PhoneNumberObject,
  phoneNumberPageSchema,
  phoneNumberSchema,
} from '@parley/contract/phone-numbers'
import { z } from 'zod'
import { addOwnNumber, changeOwnNumber } from '../../intake/own-numbers.ts'
import { deleteNumber, findNumber, listNumbers, type PhoneNumberRow } from '../../store/phone-numbers.ts'
import { act, actWith, type Audited } from '../act.ts'
import { answers } from '../answers.ts'
import { holderIn } from '../auth.ts'
import type { Api, HttpDeps } from '../deps.ts'
import { leaveUnchecked, refuseCursor } from '../validation.ts'

const tags = ['Numbers and carriers']
const params = z.object({ id: z.string() })
const reading = { config: { access: 'phone_numbers:read' as const } }
const writing = { config: { access: 'phone_numbers:write' as const } }

export function phoneNumberRoutes(app: Api, deps: HttpDeps): void {
  readingRoutes(app, deps)
  addingRoute(app, deps)
  changingRoutes(app, deps)
}

function readingRoutes(app: Api, { database }: HttpDeps): void {
  app.get(
    '/v1/phone-numbers',
    {
      ...reading,
      schema: {
        tags,
        summary: 'List numbers, newest first',
        querystring: pageQuery,
        response: answers({ 200: phoneNumberPageSchema }),
      },
    },
    async request => {
      const { accountId } = holderIn(request)
      const page = await listNumbers(database, accountId, request.query).catch(refuseCursor)
      return { ...page, data: page.data.map(phoneNumberObject) }
    },
  )
  app.get(
    '/v1/phone-numbers/:id',
    {
      ...reading,
      schema: { tags, summary: 'A number', params, response: answers({ 200: phoneNumberSchema }) },
    },
    async request => {
      const of = { account: holderIn(request).accountId, id: request.params.id }
      return phoneNumberObject((await findNumber(database, of)) ?? unknownNumber())
    },
  )
}

function addingRoute(app: Api, deps: HttpDeps): void {
  app.post(
    '/v1/phone-numbers',
    {
      ...writing,
      schema: {
        tags,
        summary: 'Add a number',
        description: 'Calls may show it, and with an agent it is answered.',
        body: addPhoneNumberSchema,
        response: answers({ 201: phoneNumberSchema }),
      },
      validatorCompiler: leaveUnchecked,
    },
    async (request, reply) => {
      const account = holderIn(request).accountId
      const body: unknown = request.body
      const asked = { request, reply, audit: audit('added') }
      const answer = await actWith<PhoneNumberObject>(deps, asked, async alongside =>
        phoneNumberObject(
          await addOwnNumber(
            { ...deps, alongside: (trx, row) => alongside(trx, phoneNumberObject(row)) },
            account,
            body,
          ),
        ),
      )
      reply.code(201).header('location', `/v1/phone-numbers/${answer.id}`)
      return answer
    },
  )
}

function changingRoutes(app: Api, deps: HttpDeps): void {
  app.patch(
    '/v1/phone-numbers/:id',
    {
      ...writing,
      schema: {
        tags,
        summary: 'Change a number',
        params,
        body: changePhoneNumberSchema,
        response: answers({ 200: phoneNumberSchema }),
      },
      validatorCompiler: leaveUnchecked,
    },
    async (request, reply) => {
      const of = { account: holderIn(request).accountId, id: String(request.params.id) }
      const asked = { request, reply, audit: audit('changed') }
      return await actWith<PhoneNumberObject>(deps, asked, async alongside =>
        phoneNumberObject(
          await changeOwnNumber(
            { ...deps, alongside: (trx, row) => alongside(trx, phoneNumberObject(row)) },
            of,
            request.body,
          ),
        ),
      )
    },
  )
  app.delete(
    '/v1/phone-numbers/:id',
    {
      ...writing,
      schema: { tags, summary: 'Remove a number', params, response: { ...answers({}), 204: z.undefined() } },
    },
    async (request, reply) => {
      const of = { account: holderIn(request).accountId, id: request.params.id }
      const told = () => ({ action: 'phone_number.removed', target: ['phone_number', of.id] }) as const
      await act(deps, { request, reply, audit: told }, async trx => {
        if (!(await deleteNumber({ kysely: trx }, of))) unknownNumber()
        return {}
      })
      return await reply.code(204).send()
    },
  )
}

const audit =
  (what: string) =>
  ({ id }: PhoneNumberObject): Audited => ({ action: `phone_number.${what}`, target: ['phone_number', id] })

function unknownNumber(): never {
  throw new ApiError('not_found', { detail: 'No such number' })
}

function phoneNumberObject(row: PhoneNumberRow): PhoneNumberObject {
  return {
    id: row.id,
    number: row.number,
    label: row.label,
    voip_carrier_sid: row.carrier_id,
    carrier_name: row.carrier_name,
    source: row.source,
    status: 'active',
    inbound_agent_id: row.inbound_agent_id,
    inbound_agent: row.inbound_agent,
    created_at: row.created_at.toISOString(),
  }
}
