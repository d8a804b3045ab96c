import type { Logger } from 'pino'
import { anomalyIn } from '../domain/anomaly.ts'
import { nextStatus } from '../domain/campaign-state.ts'
import { allowedNow, type Demand, refill, shareOut } from '../domain/pacing.ts'
import { pauseFor, takeBackCalls } from '../intake/own-campaigns.ts'
import type { PlaceCallDeps } from '../intake/place-call.ts'
import {
  dueCampaigns,
  freePlaces,
  pastCalls,
  type RunningCampaign,
  runningCampaigns,
  storeTokens,
} from '../store/campaign-calls.ts'
import { countDue, hasOpenLeads, takeUpLeads } from '../store/campaign-leads.ts'
import { lockCampaign, moveOn } from '../store/campaigns.ts'
import { callDueLeads } from './call-leads.ts'
import { settleCalls } from './settle-calls.ts'
import type { TakenUp } from './taken-up.ts'

/**
 * One look at all campaigns: what is over is settled, what looks wrong is paused, and whoever has room and calls to
 * place gets its share. It reads counts and places calls; it dials nobody. Everything that it decides from is in the
 * database, so that a look which was cut short is made good by the next one, whoever makes it.
 */

export interface TickDeps extends Omit<PlaceCallDeps, 'alongside'> {
  readonly log: Pick<Logger, 'warn' | 'error'>
  readonly takenUp: TakenUp
}

export async function tick(deps: TickDeps, turn: number): Promise<void> {
  const { database } = deps
  for (const campaign of await dueCampaigns(database)) await begin(deps, campaign.account_id, campaign.id)
  const running = await runningCampaigns(database)
  const ready = await Promise.all(running.map(campaign => untroubled(deps, campaign, prepare)))
  const demands = ready.filter(demand => demand !== undefined)
  const shares = shareOut(await freePlaces(database), demands, turn)
  await Promise.all(
    running.map(campaign =>
      untroubled(deps, campaign, async () => {
        const share = shares.get(campaign.id) ?? 0
        if (share > 0) await place(deps, campaign, share)
        else await complete(deps, campaign)
      }),
    ),
  )
}

/** A campaign in trouble holds up no other one. */
async function untroubled<Result>(
  deps: TickDeps,
  campaign: RunningCampaign,
  work: (deps: TickDeps, campaign: RunningCampaign) => Promise<Result>,
): Promise<Result | undefined> {
  try {
    return await work(deps, campaign)
  } catch (error) {
    deps.log.error({ err: error, campaign_id: campaign.id }, 'a campaign can not be moved on now')
    return undefined
  }
}

async function begin(
  { database }: TickDeps,
  account: RunningCampaign['account_id'],
  id: string,
): Promise<void> {
  await database.kysely.transaction().execute(async trx => {
    const campaign = await lockCampaign(trx, { account, id })
    if (campaign === null) return
    const startsAtMs = campaign.starts_at?.getTime() ?? null
    const status = nextStatus(campaign.status, 'begin', { startsAtMs, nowMs: Date.now() })
    if (status !== null) await moveOn(trx, campaign, { status, event: 'campaign.started' })
  })
}

/** Settles what is over, and says what the campaign would place now. */
async function prepare(deps: TickDeps, campaign: RunningCampaign): Promise<Demand> {
  const { database } = deps
  const none = { campaign: campaign.id, account: campaign.account_id, wanted: 0 }
  await settleCalls(deps, campaign)
  await takeBackLater(deps, campaign)
  const { auto_pause: terms } = campaign.config
  const anomaly = terms.enabled ? anomalyIn(await pastCalls(database, campaign, terms.calls), terms) : null
  if (anomaly !== null) {
    await pause(deps, campaign, anomaly)
    return none
  }
  const { tokens } = bucketOf(campaign)
  const allowed = allowedNow({
    tokens,
    callsPerMinute: campaign.config.calls_per_minute,
    maxConcurrentCalls: campaign.config.max_concurrent_calls,
    placedLately: campaign.placed_lately,
    unfinished: campaign.unfinished,
  })
  if (allowed === 0) return none
  const due = await countDue(database, campaign.id, allowed)
  if (due === allowed || !(await takeUp(deps, campaign))) return { ...none, wanted: due }
  return { ...none, wanted: await countDue(database, campaign.id, allowed) }
}

/** A call that was put off holds no place until its time. */
async function takeBackLater({ database }: TickDeps, campaign: RunningCampaign): Promise<void> {
  if (campaign.unfinished > 0)
    await database.kysely.transaction().execute(trx => takeBackCalls(trx, campaign, 'later'))
}

async function pause({ database, log }: TickDeps, campaign: RunningCampaign, reason: string): Promise<void> {
  const of = { account: campaign.account_id, id: campaign.id }
  await database.kysely.transaction().execute(trx => pauseFor(trx, of, reason))
  log.warn({ campaign_id: campaign.id, reason }, 'a campaign was paused')
}

/** False: there was nobody new on the list. */
async function takeUp({ database, takenUp }: TickDeps, campaign: RunningCampaign): Promise<boolean> {
  if (takenUp.isWhole(campaign.id)) return false
  const count = await takeUpLeads(database, campaign)
  if (count === 0) takenUp.markWhole(campaign.id)
  return count > 0
}

async function place(deps: TickDeps, campaign: RunningCampaign, share: number): Promise<void> {
  const bucket = bucketOf(campaign)
  const { placed, trouble } = await callDueLeads(deps, campaign, share)
  await storeTokens(deps.database, campaign.id, { ...bucket, tokens: bucket.tokens - placed })
  if (trouble !== null) await pause(deps, campaign, trouble)
}

function bucketOf({ tokens, tokens_at, config }: RunningCampaign) {
  return refill({ tokens, atMs: tokens_at.getTime() }, config.calls_per_minute, Date.now())
}

/** Ends a campaign of whose list nobody is left. */
async function complete({ database }: TickDeps, campaign: RunningCampaign): Promise<void> {
  if (campaign.unfinished > 0 || (await hasOpenLeads(database, campaign.id))) return
  if ((await takeUpLeads(database, campaign)) > 0) return
  await database.kysely.transaction().execute(async trx => {
    const locked = await lockCampaign(trx, { account: campaign.account_id, id: campaign.id })
    if (locked?.status !== 'running' || (await hasOpenLeads({ kysely: trx }, campaign.id))) return
    await moveOn(trx, locked, { status: 'completed', event: 'campaign.completed' })
  })
}
