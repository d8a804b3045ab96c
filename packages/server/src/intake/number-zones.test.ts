import { expect, it } from 'vitest'
import { zonesOf } from './number-zones.ts'

it.each([
  ['+14155551234', ['America/Los_Angeles']],
  ['+12125550100', ['America/New_York']],
  ['+4930901820', ['Europe/Berlin']],
  ['+18005551234', expect.arrayContaining(['America/New_York', 'America/Los_Angeles'])],
  ['+870773111632', []],
  ['+1', []],
])('%s: %j', async (number, zones) => expect(await zonesOf(number)).toEqual(zones))
