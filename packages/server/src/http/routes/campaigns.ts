import { callPageSchema, listCallsQuery } from '@parley/contract/call'
import {
  type CampaignObject,
  campaignPageSchema,
  campaignSchema,
  campaignStatsSchema,
  changeCampaignSchema,
  createCampaignSchema,
  listCampaignsQuery,
} from '@parley/contract/campaigns'
import { z } from 'zod'
import type { CallId } from '../../domain/ids.ts'
import {
  actOnCampaign,
  changeCampaign,
  checkCampaign,
  checkChange,
  createCampaign,
  type CustomerAction,
  deleteCampaign,
  unknownCampaign,
} from '../../intake/own-campaigns.ts'
import { recordingUrl, toCallSummary } from '../../store/call-object.ts'
import { listCalls } from '../../store/list-calls.ts'
import { campaignStats } from '../../store/campaign-stats.ts'
import { campaignObject, findCampaign, listCampaigns } from '../../store/campaigns.ts'
import { notifyCall } from '../../store/notify.ts'
import { act } from '../act.ts'
import { answers } from '../answers.ts'
import { holderIn } from '../auth.ts'
import type { Api, HttpDeps } from '../deps.ts'
import { leaveUnchecked, refuseCursor } from '../validation.ts'

const tags = ['Campaigns']
const params = z.object({ id: z.string() })
const reading = { config: { access: 'campaigns:read' as const } }
const writing = { config: { access: 'campaigns:write' as const } }

export function campaignRoutes(app: Api, deps: HttpDeps): void {
  readingRoutes(app, deps)
  progressRoutes(app, deps)
  creatingRoute(app, deps)
  changingRoutes(app, deps)
  for (const action of ['start', 'pause', 'resume', 'stop'] as const) actionRoute(app, deps, action)
}

function readingRoutes(app: Api, { database }: HttpDeps): void {
  app.get(
    '/v1/campaigns',
    {
      ...reading,
      schema: {
        tags,
        summary: 'List campaigns, newest first',
        querystring: listCampaignsQuery,
        response: answers({ 200: campaignPageSchema }),
      },
    },
    async request => {
      const account = holderIn(request).accountId
      const page = await listCampaigns(database, account, request.query).catch(refuseCursor)
      return { ...page, data: page.data.map(campaignObject) }
    },
  )
  app.get(
    '/v1/campaigns/:id',
    {
      ...reading,
      schema: { tags, summary: 'A campaign', params, response: answers({ 200: campaignSchema }) },
    },
    async request => {
      const of = { account: holderIn(request).accountId, id: request.params.id }
      return campaignObject((await findCampaign(database, of)) ?? unknownCampaign())
    },
  )
}

function progressRoutes(app: Api, { database, links }: HttpDeps): void {
  app.get(
    '/v1/campaigns/:id/stats',
    {
      ...reading,
      schema: {
        tags,
        summary: 'How far a campaign got',
        params,
        response: answers({ 200: campaignStatsSchema }),
      },
    },
    async request => {
      const of = { account: holderIn(request).accountId, id: request.params.id }
      return await campaignStats(database, (await findCampaign(database, of)) ?? unknownCampaign())
    },
  )
  app.get(
    '/v1/campaigns/:id/calls',
    {
      ...reading,
      schema: {
        tags,
        summary: "A campaign's calls, newest first",
        params,
        querystring: listCallsQuery.omit({ campaign_id: true }),
        response: answers({ 200: callPageSchema }),
      },
    },
    async request => {
      const account = holderIn(request).accountId
      const campaign = (await findCampaign(database, { account, id: request.params.id })) ?? unknownCampaign()
      const filter = { ...request.query, campaign_id: campaign.id }
      const page = await listCalls(database, account, filter).catch(refuseCursor)
      return { ...page, data: page.data.map(row => toCallSummary(row, recordingUrl(row, links))) }
    },
  )
}

function creatingRoute(app: Api, deps: HttpDeps): void {
  app.post(
    '/v1/campaigns',
    {
      ...writing,
      schema: {
        tags,
        summary: 'Prepare a campaign',
        description: 'It calls nobody before it is started.',
        body: createCampaignSchema,
        response: answers({ 201: campaignSchema }),
      },
      validatorCompiler: leaveUnchecked,
    },
    async (request, reply) => {
      const account = holderIn(request).accountId
      const config = await checkCampaign(deps, account, request.body)
      const audit = ({ id, name }: CampaignObject) => audited('created', id, { name })
      const campaign = await act<CampaignObject>(deps, { request, reply, audit }, async trx =>
        campaignObject(await createCampaign(trx, account, config)),
      )
      reply.code(201).header('location', `/v1/campaigns/${campaign.id}`)
      return campaign
    },
  )
}

function changingRoutes(app: Api, deps: HttpDeps): void {
  app.patch(
    '/v1/campaigns/:id',
    {
      ...writing,
      schema: {
        tags,
        summary: 'Change a campaign that does not run',
        params,
        body: changeCampaignSchema,
        response: answers({ 200: campaignSchema }),
      },
      validatorCompiler: leaveUnchecked,
    },
    async (request, reply) => {
      const of = { account: holderIn(request).accountId, id: String(request.params.id) }
      const config = await checkChange(deps, of, request.body)
      const audit = ({ id }: CampaignObject) => audited('changed', id)
      return await act<CampaignObject>(deps, { request, reply, audit }, async trx =>
        campaignObject(await changeCampaign(trx, of, config)),
      )
    },
  )
  app.delete(
    '/v1/campaigns/:id',
    {
      ...writing,
      schema: {
        tags,
        summary: 'Delete a campaign that has not begun, or is over; its calls stay',
        params,
        response: { ...answers({}), 204: z.undefined() },
      },
    },
    async (request, reply) => {
      const of = { account: holderIn(request).accountId, id: request.params.id }
      const audit = ({ id }: CampaignObject) => audited('deleted', id)
      await act<CampaignObject>(deps, { request, reply, audit }, async trx =>
        campaignObject(await deleteCampaign(trx, of)),
      )
      return await reply.code(204).send()
    },
  )
}

const summaries: Readonly<Record<CustomerAction, string>> = {
  start: 'Start a campaign, now or at `starts_at`',
  pause: 'Pause a campaign: calls under way go on, those that wait are taken back',
  resume: 'Go on with a paused campaign',
  stop: 'End a campaign for good: calls under way go on, those that wait are cancelled',
}

const pasts = { start: 'started', pause: 'paused', resume: 'resumed', stop: 'stopped' } as const

function actionRoute(app: Api, deps: HttpDeps, action: CustomerAction): void {
  app.post(
    `/v1/campaigns/:id/${action}`,
    {
      ...writing,
      schema: {
        tags,
        summary: summaries[action],
        description: 'Answers 409 with the state where the campaign is in the wrong one.',
        params,
        body: z.strictObject({}).nullish(),
        response: answers({ 200: campaignSchema }),
      },
    },
    async (request, reply) => {
      const of = { account: holderIn(request).accountId, id: request.params.id }
      const audit = ({ id }: CampaignObject) => audited(pasts[action], id)
      const campaign = await act<CampaignObject>(deps, { request, reply, audit }, async trx =>
        campaignObject(await actOnCampaign(trx, of, action)),
      )
      // Of no call, but heard by whoever delivers webhooks.
      await notifyCall(deps.database, campaign.id as string as CallId, 'webhook')
      return campaign
    },
  )
}

function audited(what: string, id: string, details: Record<string, unknown> = {}) {
  return { action: `campaign.${what}`, target: ['campaign', id] as const, details }
}
