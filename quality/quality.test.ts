import { expect, test } from 'vitest'
import { stopTimeMs, voicedShare } from './calls/recording.ts'
import { personaOf, readScenarios } from './calls/scenario.ts'
import { figuresOf } from './figures.ts'
import { readOptions } from './options.ts'
import { tableOf } from './table.ts'
import { measureTalk } from './talk/measure-talk.ts'

test('there are at least thirty scenarios, each of another name, and a person for each', async () => {
  const scenarios = await readScenarios()
  expect(scenarios.length).toBeGreaterThanOrEqual(30)
  expect(new Set(scenarios.map(({ name }) => name)).size).toBe(scenarios.length)
  for (const scenario of scenarios) {
    expect(personaOf(scenario).rules.length).toBeGreaterThan(0)
    expect(scenario.person ?? scenario.says[0]).toBeDefined()
  }
})

test('the time to silence runs from the callee over the agent to the last voice of the agent', () => {
  const frames = (...runs: [voiced: boolean, count: number][]) =>
    runs.flatMap(([voiced, count]) => Array.from({ length: count }, () => voiced))
  const agent = frames([true, 60], [false, 40])
  expect(stopTimeMs({ agent, callee: frames([false, 40], [true, 60]) })).toBe(400)
  expect(stopTimeMs({ agent, callee: frames([false, 100]) })).toBeNull()
  expect(voicedShare({ agent, callee: [] }, { startMs: 800, endMs: 1_600 })).toBe(0.5)
})

test.each([[['--only', 'nothing']], [['--width', '0']], [['--unknown']]])('options: %s', args => {
  expect(() => readOptions(args)).toThrow()
})

test('turns: a part of the trials, where every word is understood', { timeout: 240_000 }, async () => {
  const turns = await measureTalk({ nth: 12 })
  const { truth } = turns
  expect(truth.falseStops.of + truth.missedInterruptions.of + truth.cutOffs.of).toBeGreaterThanOrEqual(12)
  expect(truth.missedInterruptions.cases).toEqual([])
  expect(truth.cutOffs.cases).toEqual([])
  const table = tableOf(figuresOf({ calls: null, turns, answering: null }))
  expect(table).toContain('| missed interruptions, every word understood | ≤ 2 % | 0.0 % |')
  expect(table).not.toContain('farewell')
})
