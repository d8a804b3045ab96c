import type { Timings } from '../transaction/timings.ts'
import type { Hop, TransportProtocol } from '../transport.ts'

/** RFC 3261 §18.1.1: a larger request goes over a transport that keeps it whole, where the path's MTU is unknown. */
const largestDatagramBytes = 1_300

/** With another server to ask, a silent one gets this long and not 64·T1 (4 s with the standard T1). */
export const silenceMs = (timings: Timings): number => 8 * timings.t1Ms

/** Ways for a request of that size. TCP goes first where UDP would be cut into fragments, many of which are lost. */
export function waysFor(
  hops: readonly Hop[],
  sizeBytes: number,
  protocols: ReadonlySet<TransportProtocol>,
): readonly Hop[] {
  if (sizeBytes <= largestDatagramBytes || !protocols.has('tcp')) return hops
  return hops.flatMap(hop => (hop.protocol === 'udp' ? [{ ...hop, protocol: 'tcp' as const }, hop] : [hop]))
}
