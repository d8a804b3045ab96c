import { expect, test } from 'vitest'
import { program } from '../packages/wire/test/program.ts'
import { regressions } from './fuzz/corpus.ts'
import { examine, fuzz } from './fuzz/fuzz.ts'
import { targets, type Target } from './fuzz/targets.ts'
import { interop } from './interop.ts'
import { readOptions } from './options.ts'
import type { Flow, OutgoingFlow } from './flow.ts'
import { outgoingFlows } from './outgoing-flows.ts'
import { runFlow } from './run-flow.ts'

const sipp = program('sipp')
const installed = ['sipp', 'baresip', 'svmap', 'openssl'].every(name => program(name) !== undefined)
const ours = (limits: Partial<Target>): Target => ({
  name: 'test',
  seeds: [Buffer.from('abc')],
  weight: 1,
  read: () => undefined,
  expects: () => false,
  ...limits,
})

/** All of them where a change is judged; while one is made, enough to see at once what is badly wrong. */
const inputs = process.env['CI'] === undefined ? 50_000 : 1_000_000

test.skipIf(!installed)(
  'every flow, every torture message, and mutated inputs',
  async () => {
    const faults: string[] = []
    const figures = await interop({ only: [], inputs, seed: 7 }, sipp ?? '', {
      flow: ({ name, fault }) => fault !== undefined && faults.push(`${name}: ${fault}`),
      torture: misread => faults.push(...misread),
      fuzzed: finds => faults.push(...finds.map(find => `${find.target}: ${find.fault}`)),
    })
    expect(faults).toEqual([])
    expect(figures.flows.total).toBeGreaterThanOrEqual(40)
    expect(figures).toMatchObject({ torture: { passed: 49, total: 49 }, fuzz: { inputs, faults: 0 } })
  },
  900_000,
)

test.skipIf(sipp === undefined)('a flow that goes otherwise does not pass', async () => {
  const answer = outgoingFlows.find(flow => flow.name === 'answer')
  const busy: Flow = { ...(answer as OutgoingFlow), scenario: 'refusal-486' }
  expect(await runFlow(busy, sipp ?? '')).toMatchObject({ passed: false })
})

test('fuzzing finds what is thrown and what is slow, and the same for the same seed', () => {
  const throwing = ours({
    read(input) {
      if (input.includes(0x3b)) throw new TypeError('semicolon')
    },
  })
  const order = { targets: [throwing], inputs: 5_000, seed: 3 }
  const { finds } = fuzz(order)
  expect(finds.length).toBeGreaterThan(0)
  expect(fuzz(order).finds).toEqual(finds)
  const slow = ours({
    read() {
      for (const end = performance.now() + 8; performance.now() < end; );
    },
  })
  expect(examine(slow, Buffer.from('a')).fault).toMatch(/took/)
  expect(
    fuzz({ ...order, targets: [ours({ ...throwing, expects: error => error instanceof TypeError })] }).finds,
  ).toEqual([])
})

test('no old find has come back', async () => {
  expect(await regressions(targets)).toEqual([])
})

test.each([['--inputs', 'many'], ['--unknown'], ['--help']])('options: %s', (...args) => {
  expect(() => readOptions(args)).toThrow()
})
