/**
 * Milliseconds of the machine's monotonic clock, the same value in every thread. `performance.now()` is
 * cheap but starts at each thread's own origin; the offset to the shared clock is measured once.
 */
function measureOffset(): number {
  let offset = Number.NEGATIVE_INFINITY
  // The first calls are slow and would skew the offset; the largest of several is the tightest.
  for (let i = 0; i < 8; i++) {
    const shared = Number(process.hrtime.bigint()) / 1e6
    offset = Math.max(offset, shared - performance.now())
  }
  return offset
}

const offsetMs = measureOffset()

export function monotonicMs(): number {
  return performance.now() + offsetMs
}
