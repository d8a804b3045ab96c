import { describe, expect, it } from 'vitest'
import { like, passesFilters } from './webhook-filter.ts'

const event = {
  disposition: 'interested',
  attempt: 2,
  completed: true,
  campaign_id: null,
  metadata: { region: 'north_west', tags: ['vip', 'new'] },
  is_conversion: true,
}

describe('filters of a subscription', () => {
  it.each([
    [{}, true],
    [{ disposition: 'interested' }, true],
    [{ disposition: 'not interested' }, false],
    [{ disposition: ['busy', 'interested'] }, true],
    [{ disposition: ['busy', 'inter%'] }, true],
    [{ disposition: ['busy'] }, false],
    [{ attempt: 2 }, true],
    [{ attempt: 1 }, false],
    [{ attempt: '2' }, true],
    [{ completed: true, is_conversion: true }, true],
    [{ completed: true, is_conversion: false }, false],
    [{ campaign_id: null }, true],
    [{ metadata: null }, false],
    [{ 'metadata.region': 'north%' }, true],
    [{ 'metadata.tags': 'vip' }, true],
    [{ 'metadata.tags': 'old' }, false],
    [{ 'metadata.absent': null }, true],
    [{ 'metadata.absent': '%' }, false],
    [{ 'metadata.constructor': '%' }, false],
  ])('%j: %s', (filters, passes) => {
    expect(passesFilters(filters, event)).toBe(passes)
  })
})

describe('LIKE', () => {
  it.each([
    ['abc', 'abc', true],
    ['abc', 'ABC', false],
    ['a%', 'abc', true],
    ['%c', 'abc', true],
    ['%b%', 'abc', true],
    ['a_c', 'abc', true],
    ['a_c', 'ac', false],
    ['%', '', true],
    ['_', '', false],
    ['', '', true],
    ['', 'a', false],
    ['100\\%', '100%', true],
    ['100\\%', '1000', false],
    ['a\\_c', 'abc', false],
    ['%ab%ab', 'ababxab', true],
    ['%.*%', 'a.*b', true],
    ['_', '😀', true],
    ['end\\', 'end\\', true],
  ])('%s matches %s: %s', (pattern, text, matches) => {
    expect(like(pattern, text)).toBe(matches)
  })

  it('takes no time for a pattern that is made to', () => {
    const before = performance.now()
    expect(like(`${'%a'.repeat(200)}%b`, 'a'.repeat(5_000))).toBe(false)
    expect(performance.now() - before).toBeLessThan(1_000)
  })
})
