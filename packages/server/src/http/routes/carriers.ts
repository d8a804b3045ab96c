import {
  type CarrierObject,
  carrierPageSchema,
  carrierSchema,
  type CarrierTest,
  carrierTestSchema,
  createCarrierSchema,
  type GatewayTransport,
} from '@parley/contract/carriers'
import { ApiError } from '@parley/contract/errors'
import { pageQuery } from '@parley/contract/page'
import { z } from 'zod'
import { testCarrier } from '../../intake/test-carrier.ts'
import {
  type CarrierRow,
  deleteCarrier,
  findCarrier,
  insertCarrier,
  listCarriers,
} from '../../store/carriers.ts'
import { incomingUrl } from '../../domain/incoming-url.ts'
import { act, actOutside } from '../act.ts'
import { answers } from '../answers.ts'
import { holderIn } from '../auth.ts'
import type { Api, HttpDeps } from '../deps.ts'
import { refuseCursor } from '../validation.ts'

const tags = ['Numbers and carriers']
const params = z.object({ id: z.string() })
const reading = { config: { access: 'phone_numbers:read' as const } }
const writing = { config: { access: 'phone_numbers:write' as const } }

export function carrierRoutes(app: Api, deps: HttpDeps): void {
  readingRoutes(app, deps)
  addingRoute(app, deps)
  deletingRoute(app, deps)
  testingRoute(app, deps)
}

function readingRoutes(app: Api, { database, streamUrl }: HttpDeps): void {
  app.get(
    '/v1/phone-numbers/carriers',
    {
      ...reading,
      schema: {
        tags,
        summary: 'List carriers, newest first',
        querystring: pageQuery,
        response: answers({ 200: carrierPageSchema }),
      },
    },
    async request => {
      const { accountId } = holderIn(request)
      const page = await listCarriers(database, accountId, request.query).catch(refuseCursor)
      return { ...page, data: page.data.map(row => carrierObject(row, streamUrl)) }
    },
  )
  app.get(
    '/v1/phone-numbers/carriers/:id',
    {
      ...reading,
      schema: { tags, summary: 'A carrier', params, response: answers({ 200: carrierSchema }) },
    },
    async request => {
      const of = { account: holderIn(request).accountId, id: request.params.id }
      const row = await findCarrier(database, of)
      if (row === null) throw new ApiError('not_found', { detail: 'No such carrier' })
      return carrierObject(row, streamUrl)
    },
  )
}

function addingRoute(app: Api, deps: HttpDeps): void {
  const { sealing, sipTransports, streamUrl } = deps
  app.post(
    '/v1/phone-numbers/carriers',
    {
      ...writing,
      schema: {
        tags,
        summary: 'Add a carrier',
        description: 'Calls leave by the carrier with the lowest `priority` that has room and is in service.',
        body: createCarrierSchema,
        response: answers({ 201: carrierSchema }),
      },
    },
    async (request, reply) => {
      const account = holderIn(request).accountId
      const carrier = request.body
      refuseTransport(carrier.sip_gateway?.transport, sipTransports)
      if (carrier.kind !== 'sip' && streamUrl === null) throw unreachable()
      const audit = ({ id, kind }: CarrierObject) =>
        ({ action: 'carrier.added', target: ['carrier', id], details: { kind } }) as const
      const answer = await act<CarrierObject>(deps, { request, reply, audit }, async trx => {
        const row = await insertCarrier(trx, { account, carrier, sealing })
        if (row === null) throw nameTaken(carrier.carrier_name)
        return carrierObject(row, streamUrl)
      })
      reply.code(201).header('location', `/v1/phone-numbers/carriers/${answer.id}`)
      return answer
    },
  )
}

function deletingRoute(app: Api, deps: HttpDeps): void {
  app.delete(
    '/v1/phone-numbers/carriers/:id',
    {
      ...writing,
      schema: {
        tags,
        summary: 'Remove a carrier that no number belongs to; calls that run keep their line',
        params,
        response: { ...answers({}), 204: z.undefined() },
      },
    },
    async (request, reply) => {
      const of = { account: holderIn(request).accountId, id: request.params.id }
      const audit = () => ({ action: 'carrier.removed', target: ['carrier', of.id] }) as const
      await act(deps, { request, reply, audit }, async trx => {
        const removal = await deleteCarrier(trx, of)
        if (removal === 'unknown') throw new ApiError('not_found', { detail: 'No such carrier' })
        if (removal === 'in_use')
          throw new ApiError('conflict', {
            detail: 'Numbers belong to this carrier',
            current_status: 'in_use',
          })
        return {}
      })
      return await reply.code(204).send()
    },
  )
}

function testingRoute(app: Api, deps: HttpDeps): void {
  const closing = new AbortController()
  app.addHook('preClose', async () => closing.abort())
  app.post(
    '/v1/phone-numbers/carriers/:id/test',
    {
      ...writing,
      schema: {
        tags,
        summary: 'Ask a carrier whether it is there, and tell what came back',
        description:
          'By SIP with OPTIONS, or with REGISTER where `trunk_type` is `reg`; a vendor for the account that calls go through.',
        params,
        body: z.strictObject({}).nullish(),
        response: answers({ 200: carrierTestSchema }),
      },
    },
    async (request, reply) => {
      const of = { account: holderIn(request).accountId, id: request.params.id }
      return await actOutside<CarrierTest>(deps, { request, reply }, () =>
        testCarrier(deps, of, closing.signal),
      )
    },
  )
}

function refuseTransport(wanted: GatewayTransport | undefined, spoken: readonly GatewayTransport[]): void {
  if (wanted === undefined || spoken.includes(wanted)) return
  const message = `SIP is not spoken over ${wanted} here; a setting gives it a port. Valid: ${spoken.join(', ')}`
  throw new ApiError('invalid_request', {
    errors: [{ path: 'sip_gateway.transport', message, code: 'transport_not_available' }],
  })
}

/** Such a carrier would be accepted, and its calls would stay silent. */
function unreachable(): ApiError {
  const message = 'Vendors can not reach this server: its operator has to set PARLEY_STREAM_PUBLIC_URL'
  return new ApiError('invalid_request', { errors: [{ path: 'kind', code: 'no_stream_address', message }] })
}

function nameTaken(name: string): ApiError {
  return new ApiError('conflict', {
    detail: `A carrier named ${JSON.stringify(name)} exists already`,
    current_status: 'active',
  })
}

function gatewayOf(row: CarrierRow): CarrierObject['sip_gateway'] {
  const { host, port, transport, srtp, inbound, outbound } = row
  if (host === null || port === null || transport === null) return null
  return { host, port, transport, srtp, inbound, outbound }
}

function registrationOf(row: CarrierRow): CarrierObject['registration'] {
  const { kind, username, realm, trunk_type: type, registration_detail: detail } = row
  if (kind !== 'sip' || username === null) return null
  return { username, realm, status: type === 'reg' ? (row.registration_status ?? 'waiting') : null, detail }
}

function carrierObject(row: CarrierRow, streamUrl: string | null): CarrierObject {
  const isSip = row.kind === 'sip'
  return {
    id: row.id,
    carrier_name: row.name,
    kind: row.kind,
    sip_gateway: gatewayOf(row),
    trunk_type: row.trunk_type,
    registration: registrationOf(row),
    inbound_auth: row.inbound_auth,
    account_id: isSip ? null : row.username,
    incoming_url: isSip || streamUrl === null ? null : incomingUrl(streamUrl, row.id),
    max_concurrent_calls: row.max_concurrent_calls,
    calls_per_second: row.calls_per_second,
    priority: row.priority,
    created_at: row.created_at.toISOString(),
  }
}
