import { expect, test, vi } from 'vitest'
import { playBackground } from '../../src/dialer/background.ts'
import { ScriptedLeg } from '../scripted/leg.ts'

test('the sounds of a place lie under the call until the talk is over', async () => {
  await using leg = new ScriptedLeg()
  const hush = playBackground(leg, { place: 'office', gain: 'low' })
  await vi.waitFor(() => expect(leg.bed).toMatchObject({ gainDb: -12 }), { timeout: 20_000 })
  expect(leg.bed?.samples.length).toBeGreaterThan(80_000)
  hush()
  expect(leg.bed).toBeNull()
})

test('a talk that is over before they are made stays without them', async () => {
  await using leg = new ScriptedLeg()
  playBackground(leg, { place: 'street', gain: 'high' })()
  playBackground(leg, undefined)()
  await new Promise(resolve => setTimeout(resolve, 50))
  expect(leg.bed).toBeNull()
})
