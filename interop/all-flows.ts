import { baresipFlows } from './baresip-flows.ts'
import type { Flow } from './flow.ts'
import { extensionFlows } from './extension-flows.ts'
import { incomingFlows } from './incoming-flows.ts'
import { outgoingFlows } from './outgoing-flows.ts'
import { rfc3665Flows } from './rfc3665-flows.ts'
import { sipviciousFlows } from './sipvicious-flows.ts'
import { runFlow, type FlowResult } from './run-flow.ts'

export const allFlows: readonly Flow[] = [
  ...outgoingFlows,
  ...incomingFlows,
  ...extensionFlows,
  ...rfc3665Flows,
  ...baresipFlows,
  ...sipviciousFlows,
]

/** Flows wait more than they work. */
const atOnce = 4

/**
 * Plays flows side by side and tells each result as it comes. A flow that failed beside others is played once more by
 * itself: on a busy machine SIPp's own timers run out, and only what fails alone too is a fault.
 */
export async function playFlows(
  flows: readonly Flow[],
  sippPath: string,
  told: (result: FlowResult) => void,
): Promise<FlowResult[]> {
  const waiting = [...flows]
  const doubtful: Flow[] = []
  const results: FlowResult[] = []
  const settle = (result: FlowResult): void => {
    results.push(result)
    told(result)
  }
  const lane = async (): Promise<void> => {
    for (let flow = waiting.shift(); flow; flow = waiting.shift()) {
      const result = await runFlow(flow, sippPath)
      if (result.passed) settle(result)
      else doubtful.push(flow)
    }
  }
  await Promise.all(Array.from({ length: atOnce }, lane))
  for (const flow of doubtful) settle(await runFlow(flow, sippPath))
  return results
}
