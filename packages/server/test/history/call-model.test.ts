import fc from 'fast-check'
import { expect, test } from 'vitest'
import { anyOrder } from './any-order.ts'
import { isTerminal, type Model, type Op, placed, step } from './call-model.ts'
import { brokenPromise, type Seen } from './promises.ts'

/** `PARLEY_HISTORIES=1000000` checks a million in half a minute; a failure prints its seed and the shortest order that fails. */
const histories = Number(process.env['PARLEY_HISTORIES'] ?? 200_000)

function seen({ status, attempt, events, invites }: Model): Seen {
  return { status, attempt, invites, events: events.map((type, place) => ({ sequence: place + 1, type })) }
}

function run(ops: readonly Op[]): Model {
  return ops.reduce((model, op) => {
    const next = step(model, op)
    const broken = brokenPromise(seen(model), seen(next))
    if (broken !== null) throw new Error(`${broken}, by ${JSON.stringify(op)}`)
    return next
  }, placed)
}

test(`${histories} orders of what may happen to a call break no promise`, { timeout: 600_000 }, () => {
  fc.assert(
    fc.property(anyOrder, ops => void run(ops)),
    { numRuns: histories },
  )
})

test('the orders reach what is to be checked', () => {
  const reached = { ended: 0, reaped: 0, cancelled: 0, late: 0 }
  for (const ops of fc.sample(anyOrder, { numRuns: 3_000, seed: 1 })) {
    const end = run(ops)
    if (end.status === 'completed') reached.ended += 1
    if (end.status === 'cancelled') reached.cancelled += 1
    if (end.status === 'failed' && end.lapsed.includes(end.owner ?? 'a')) reached.reaped += 1
    if (isTerminal(end.status) && Object.keys(end.hands).length > 0) reached.late += 1
  }
  expect(reached).toMatchObject({
    ended: expect.toSatisfy((count: number) => count > 50),
    reaped: expect.toSatisfy((count: number) => count > 50),
    cancelled: expect.toSatisfy((count: number) => count > 50),
    late: expect.toSatisfy((count: number) => count > 50),
  })
})

test.each<[string, Seen, Seen]>([
  ['terminal', at('failed', ['queued', 'ended']), at('completed', ['queued', 'ended'])],
  ['2 ends', at('queued', ['queued']), at('failed', ['queued', 'ended', 'ended'])],
  ['0 ends', at('queued', ['queued']), at('failed', ['queued'])],
  ['past', at('queued', ['queued']), at('queued', ['ringing'])],
  ['after the end', at('failed', ['queued', 'ended']), at('failed', ['queued', 'ended', 'transcript'])],
  [
    'gap',
    at('queued', ['queued']),
    { ...at('queued', ['queued']), events: [{ sequence: 2, type: 'queued' }] },
  ],
  [
    'two INVITEs',
    at('queued', ['queued']),
    { ...at('in_progress', ['queued', 'dialing'], 1), invites: [1, 1] },
  ],
  ['without an attempt', at('queued', ['queued']), { ...at('queued', ['queued']), invites: [1] }],
  ['1 dials', at('queued', ['queued']), at('in_progress', ['queued', 'dialing'], 2)],
])('a broken promise is seen: %s', (told, before, after) => {
  expect(brokenPromise(before, after)).toContain(told)
})

function at(status: Seen['status'], types: readonly string[], attempt = 0): Seen {
  return { status, attempt, invites: [], events: types.map((type, place) => ({ sequence: place + 1, type })) }
}
