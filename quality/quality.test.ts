import { expect, test } from 'vitest'
import { offsetsOf } from './calls/agreement.ts'
import { stopTimeMs, voicedShare } from './calls/recording.ts'
import { personaOf, readScenarios } from './calls/scenario.ts'
import { Callee } from './faults/callee.ts'
import { isBad, runFaults } from './faults/run-faults.ts'
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

test('what the transcript says of a line is held against where the recording has it', () => {
  const sampleRateHz = 8_000
  const voiceAt = (fromMs: number, toMs: number) =>
    Int16Array.from({ length: 3 * sampleRateHz }, (_, at) => (at >= fromMs * 8 && at < toMs * 8 ? 9_000 : 0))
  const wav = { sampleRateHz, channels: [voiceAt(500, 1_000), voiceAt(1_500, 2_500)] }
  const line = (user: 'user' | 'assistant', start_ms: number, end_ms: number) =>
    ({ id: user, user, text: 'words', created_at: '', start_ms, end_ms, interrupted: false }) as const
  expect(offsetsOf(wav, [line('user', 490, 1_030), line('assistant', 1_480, 2_600)])).toEqual([10, -30, 20])
  expect(offsetsOf(wav, [line('user', 100, 150)]), 'there is nothing there').toEqual([300, 300])
})

test('of the scenarios, those with a part of their names', async () => {
  const scenarios = await readScenarios(['dictates', 'busy'])
  const names = scenarios.map(({ name }) => name)
  expect(names).toEqual(['dictates a number', 'dictates an e-mail', 'busy'])
})

test.each([[['--only', 'nothing']], [['--width', '0']], [['--calls', 'x']], [['--unknown']]])(
  'options: %s',
  args => {
    expect(() => readOptions(args)).toThrow()
  },
)

test('turns: a part of the trials, where every word is understood', { timeout: 240_000 }, async () => {
  const turns = await measureTalk({ nth: 12 })
  const { truth } = turns
  expect(truth.falseStops.of + truth.missedInterruptions.of + truth.cutOffs.of).toBeGreaterThanOrEqual(12)
  expect(truth.missedInterruptions.cases).toEqual([])
  expect(truth.cutOffs.cases).toEqual([])
  const table = tableOf(figuresOf({ calls: null, turns, answering: null, faults: null }))
  expect(table).toContain('| missed interruptions, every word understood | ≤ 2 % | 0.0 % |')
  expect(table).not.toContain('farewell')
})

test('a callee counts the time without a sound, also after a word that only fills the wait', () => {
  let answered = true
  const callee = new Callee([400], () => answered)
  const hears = (voiced: boolean, ms: number) =>
    Array.from({ length: ms / 20 }, () => callee.hears(new Uint8Array(160).fill(voiced ? 0x20 : 0xff)))
  expect(hears(true, 2_000).concat(hears(false, 800)).filter(Boolean)).toEqual([{ type: 'say', sentence: 0 }])
  hears(false, 1_300)
  answered = false
  hears(true, 1_000)
  hears(false, 3_000)
  answered = true
  hears(true, 2_000)
  expect(hears(false, 800)).toContainEqual({ type: 'hang_up' })
  expect(callee.ended()).toMatchObject({ worstSilenceMs: 3_020, said: 1, gaveUp: false })
})

test('a callee whom nobody answers gives up', () => {
  const callee = new Callee([], () => false)
  const silence = new Uint8Array(160).fill(0xff)
  expect(Array.from({ length: 800 }, () => callee.hears(silence))).toContainEqual({ type: 'hang_up' })
  const { gaveUp, worstSilenceMs } = callee.ended()
  expect(gaveUp).toBe(true)
  expect(worstSilenceMs).toBeGreaterThan(15_000)
})

test('whatever provider fails: no call is stuck, and nobody waits longer than six seconds', {
  timeout: 300_000,
}, async () => {
  const { calls } = await runFaults({ calls: 14, width: 7, seed: 7 })
  expect(calls).toHaveLength(14)
  expect(calls.filter(isBad)).toEqual([])
})
