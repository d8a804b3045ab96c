import {
  type Consent,
  consentPageSchema,
  consentSchema,
  listConsentsQuery,
  recordConsentSchema,
  type RevokedConsent,
  revokeConsentSchema,
  revokedConsentSchema,
} from '@parley/contract/consents'
import { ApiError } from '@parley/contract/errors'
import { z } from 'zod'
import { type Revoked, revokeConsent } from '../../intake/consents.ts'
import { type ConsentRow, findConsent, insertConsent, listConsents } from '../../store/consents.ts'
import { act, actWith } from '../act.ts'
import { answers } from '../answers.ts'
import { holderIn } from '../auth.ts'
import type { Api, HttpDeps } from '../deps.ts'
import { refuseCursor } from '../validation.ts'

const tags = ['Consents']
const params = z.object({ id: z.string() })
const reading = { config: { access: 'leads:read' as const } }
const writing = { config: { access: 'leads:write' as const } }

export function consentRoutes(app: Api, deps: HttpDeps): void {
  readingRoutes(app, deps)
  recordingRoute(app, deps)
  revokingRoute(app, deps)
}

function readingRoutes(app: Api, { database }: HttpDeps): void {
  app.get(
    '/v1/consents',
    {
      ...reading,
      schema: {
        tags,
        summary: 'List who agreed to be called, newest first',
        querystring: listConsentsQuery,
        response: answers({ 200: consentPageSchema }),
      },
    },
    async request => {
      const { accountId } = holderIn(request)
      const page = await listConsents(database, accountId, request.query).catch(refuseCursor)
      return { ...page, data: page.data.map(consentObject) }
    },
  )
  app.get(
    '/v1/consents/:id',
    {
      ...reading,
      schema: { tags, summary: 'A consent', params, response: answers({ 200: consentSchema }) },
    },
    async request => {
      const of = { account: holderIn(request).accountId, id: request.params.id }
      const row = await findConsent(database, of)
      if (row === null) throw new ApiError('not_found', { detail: 'No such consent' })
      return consentObject(row)
    },
  )
}

function recordingRoute(app: Api, deps: HttpDeps): void {
  app.post(
    '/v1/consents',
    {
      ...writing,
      schema: {
        tags,
        summary: 'Record that a person agreed to be called',
        description:
          'An account whose settings say `consent_required` calls nobody without one that holds (`ai_voice`, neither expired nor revoked). Consents are evidence: they are revoked, never changed.',
        body: recordConsentSchema,
        response: answers({ 201: consentSchema }),
      },
    },
    async (request, reply) => {
      const account = holderIn(request).accountId
      const audit = ({ id }: Consent) => ({ action: 'consent.recorded', target: ['consent', id] }) as const
      const answer = await act<Consent>(deps, { request, reply, audit }, async trx =>
        consentObject(await insertConsent(trx, account, request.body)),
      )
      reply.code(201).header('location', `/v1/consents/${answer.id}`)
      return answer
    },
  )
}

function revokingRoute(app: Api, deps: HttpDeps): void {
  app.post(
    '/v1/consents/:id/revoke',
    {
      ...writing,
      schema: {
        tags,
        summary: 'Take a consent back',
        description:
          'Revoked twice, the first time counts. To call a number never again whatever it agreed to, list it under `/v1/do-not-call`.',
        params,
        body: revokeConsentSchema.nullish(),
        response: answers({ 200: revokedConsentSchema }),
      },
    },
    async (request, reply) => {
      const account = holderIn(request).accountId
      const revocation = { account, id: request.params.id, reason: request.body?.reason ?? null }
      const audit = ({ id }: RevokedConsent) =>
        ({ action: 'consent.revoked', target: ['consent', id] }) as const
      return await actWith<RevokedConsent>(deps, { request, reply, audit }, async alongside =>
        revokedObject(
          await revokeConsent(deps.database, revocation, (trx, done) => alongside(trx, revokedObject(done))),
        ),
      )
    },
  )
}

function revokedObject({ row, cancelledCalls }: Revoked): RevokedConsent {
  return { ...consentObject(row), cancelled_calls: cancelledCalls }
}

function consentObject(row: ConsentRow): Consent {
  return {
    id: row.id,
    phone_number: row.phone_number,
    channel: row.channel,
    seller: row.seller,
    wording: row.wording,
    method: row.method,
    source: row.source,
    obtained_at: row.obtained_at.toISOString(),
    expires_at: row.expires_at?.toISOString() ?? null,
    revoked_at: row.revoked_at?.toISOString() ?? null,
    revocation_reason: row.revocation_reason,
    created_at: row.created_at.toISOString(),
  }
}
