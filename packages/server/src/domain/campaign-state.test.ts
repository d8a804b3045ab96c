import { campaignStatuses } from '@parley/contract/campaigns'
import { expect, test } from 'vitest'
import { type CampaignAction, nextStatus } from './campaign-state.ts'

const whenever = { startsAtMs: null, nowMs: 1_000 }

test.each([
  ['start', ['running', null, null, null, null, null]],
  ['begin', [null, 'running', null, null, null, null]],
  ['pause', [null, 'paused', 'paused', null, null, null]],
  ['resume', [null, null, null, 'running', null, null]],
  ['stop', ['cancelled', 'cancelled', 'cancelled', 'cancelled', null, null]],
  ['complete', [null, null, 'completed', null, null, null]],
] satisfies [CampaignAction, unknown[]][])('%s from each of the states', (action, next) => {
  expect(campaignStatuses.map(status => nextStatus(status, action, whenever))).toEqual(next)
})

test('a campaign whose time is yet to come is scheduled, and begins when it has', () => {
  const early = { startsAtMs: 2_000, nowMs: 1_000 }
  expect(nextStatus('draft', 'start', early)).toBe('scheduled')
  expect(nextStatus('paused', 'resume', early)).toBe('scheduled')
  expect(nextStatus('scheduled', 'begin', early)).toBeNull()
  expect(nextStatus('scheduled', 'begin', { ...early, nowMs: 2_000 })).toBe('running')
})
