import { mutate } from './mutate.ts'
import { Random } from './random.ts'
import type { Target } from './targets.ts'

export interface FuzzFind {
  readonly target: string
  readonly input: Uint8Array
  /** What was thrown, or how long it took. */
  readonly fault: string
}

export interface FuzzResult {
  readonly inputs: number
  readonly finds: readonly FuzzFind[]
  /** The slowest input, each taken at the best of its runs: what another process takes from us is not the parser's. */
  readonly worstMs: number
}

export interface FuzzOrder {
  readonly targets: readonly Target[]
  readonly inputs: number
  readonly seed: number
}

/** A 64 kB message must be read, or refused, within this time. */
const slowMs = 5
/** An input slower than all before is run so often again, and one that seems too slow until this is beyond doubt. */
const secondLooks = 4
const lastLooks = 40
/** Past so many nothing new is to be learnt. */
const mostFinds = 20

/** Feeds mutated messages to the readers: the same ones for the same seed. */
export function fuzz({ targets, inputs, seed }: FuzzOrder): FuzzResult {
  const random = new Random(seed)
  const turns = targets.flatMap(target => Array.from({ length: target.weight }, () => target))
  const finds: FuzzFind[] = []
  let worstMs = 0
  let done = 0
  for (; done < inputs && finds.length < mostFinds; done += 1) {
    const target = random.pick(turns)
    const input = mutate(random.pick(target.seeds), target.seeds, random)
    const look = examine(target, input, worstMs)
    worstMs = Math.max(worstMs, look.ms)
    if (look.fault !== undefined) finds.push({ target: target.name, input, fault: look.fault })
  }
  return { inputs: done, finds, worstMs }
}

/** One input. `unremarkableMs`: what is faster needs no second look. */
export function examine(
  target: Target,
  input: Uint8Array,
  unremarkableMs = 0,
): { ms: number; fault: string | undefined } {
  let { ms, thrown } = run(target, input)
  for (let look = 0; look < lastLooks && ms > Math.min(unremarkableMs, slowMs); look += 1) {
    if (look >= secondLooks && ms <= slowMs) break
    ms = Math.min(ms, run(target, input).ms)
  }
  const slow = ms > slowMs ? `took ${ms.toFixed(1)} ms` : undefined
  return { ms, fault: thrown === undefined ? slow : `threw ${nameOf(thrown)}` }
}

function run(target: Target, input: Uint8Array): { ms: number; thrown: unknown } {
  const startedAt = performance.now()
  let thrown: unknown
  try {
    target.read(input)
  } catch (error) {
    if (!target.expects(error)) thrown = error
  }
  return { ms: performance.now() - startedAt, thrown }
}

const nameOf = (thrown: unknown): string =>
  thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : typeof thrown
