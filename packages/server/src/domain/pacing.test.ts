import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { AccountId, CampaignId } from './ids.ts'
import { allowedNow, type Bucket, type Demand, refill, shareOut } from './pacing.ts'

const pace = { tokens: 5, callsPerMinute: 60, maxConcurrentCalls: 10, placedLately: 0, unfinished: 0 }

test.each([
  ['what is saved up', {}, 5],
  ['part of a call is none', { tokens: 0.9 }, 0],
  ['the places that are left', { unfinished: 8 }, 2],
  ['no place', { unfinished: 12 }, 0],
  ['what the minute still allows', { placedLately: 57 }, 3],
  ['nothing more in this minute', { placedLately: 60 }, 0],
])('a campaign may place: %s', (_, change, calls) => {
  expect(allowedNow({ ...pace, ...change })).toBe(calls)
})

test('in no minute more calls than the pace, however late the looks are', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 1_500 }),
      fc.array(fc.integer({ min: 1, max: 20_000 })),
      (rate, gaps) => {
        let bucket: Bucket = { tokens: 1, atMs: 0 }
        const placed: number[] = []
        for (const gap of gaps) {
          bucket = refill(bucket, rate, bucket.atMs + gap)
          const lately = placed.filter(at => at > bucket.atMs - 60_000).length
          const calls = allowedNow({
            tokens: bucket.tokens,
            callsPerMinute: rate,
            maxConcurrentCalls: 10_000,
            placedLately: lately,
            unfinished: 0,
          })
          for (let call = 0; call < calls; call += 1) placed.push(bucket.atMs)
          bucket = { ...bucket, tokens: bucket.tokens - calls }
          expect(lately + calls).toBeLessThanOrEqual(rate)
        }
      },
    ),
    { numRuns: 200 },
  )
})

describe('places are shared out', () => {
  const want = (account: string, campaign: string, wanted: number): Demand => ({
    account: account as AccountId,
    campaign: campaign as CampaignId,
    wanted,
  })

  test.each([
    {
      told: 'everybody gets what they want',
      places: 10,
      wants: { A: { a: 2 }, B: { b: 3 } },
      shares: [2, 3],
    },
    {
      told: 'equally where there is not enough',
      places: 6,
      wants: { A: { a: 9 }, B: { b: 9 } },
      shares: [3, 3],
    },
    { told: 'by accounts', places: 6, wants: { A: { a: 9, c: 9, d: 9 }, B: { b: 9 } }, shares: [1, 1, 1, 3] },
    {
      told: 'who wants less leaves the rest',
      places: 9,
      wants: { A: { a: 1 }, B: { b: 9 } },
      shares: [1, 8],
    },
    { told: 'nothing', places: 0, wants: { A: { a: 1 } }, shares: [0] },
  ])('$told', ({ places, wants, shares }) => {
    const demands = Object.entries(wants).flatMap(([account, campaigns]) =>
      Object.entries(campaigns).map(([campaign, wanted]) => want(account, campaign, Number(wanted))),
    )
    expect([...shareOut(places, demands, 0).values()]).toEqual(shares)
  })

  test('the last place goes round', () => {
    const demands = ['a', 'b', 'c'].map(name => want(name, name, 9))
    const winners = [0, 1, 2, 3].map(
      turn => [...shareOut(1, demands, turn)].find(([, calls]) => calls > 0)?.[0],
    )
    expect(winners).toEqual(['a', 'b', 'c', 'a'])
  })
})
