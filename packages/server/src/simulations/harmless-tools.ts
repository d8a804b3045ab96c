import type { OutsideTools } from '../conversation/tools/outside.ts'
import type { ToolResult } from '../conversation/tools/tool-answer.ts'
import { openTools, type ToolDeps } from '../dialer/tools/open-tools.ts'
import { builtInTools } from '../domain/built-in-tools.ts'
import type { SimulationSetup } from '../domain/simulation.ts'

/** The tools of a call as an agent has them in a simulation. */
export interface HarmlessTools extends OutsideTools, AsyncDisposable {
  /** Its call does nothing and asks nobody outside. */
  readonly isSimulated: (name: string) => boolean
}

/** Of the platform's own, those that would change something, and what they would answer. */
const changing: ReadonlyMap<string, Answering> = new Map<string, Answering>([
  ['opt_out', () => ({ ok: true })],
  [
    'schedule_callback',
    ({ local_time, time_zone = null }) => ({ ok: true, result: { we_call_at: local_time, time_zone } }),
  ],
])
type Answering = (given: Readonly<Record<string, unknown>>) => ToolResult
/** Looks into the account's own documents and changes nothing. */
const reading: ReadonlySet<string> = new Set(['search_knowledge'])

/**
 * Opens the tools of a simulated call. They are described to the agent as in a real one; a customer's tool answers what
 * the simulation says, and is called for real only where that says nothing and the customer wants it.
 */
export async function openHarmlessTools(
  { plan, toolResults, callTools }: SimulationSetup,
  deps: ToolDeps,
  signal: AbortSignal,
): Promise<HarmlessTools> {
  // A server is asked already for what its tools are.
  const tools = (plan.tools ?? []).filter(({ kind }) => callTools || kind === 'http')
  const open = await openTools({ ...plan, tools }, deps, signal)
  const isCanned = (name: string) => Object.hasOwn(toolResults, name)
  const isReal = (name: string) =>
    reading.has(name) || (callTools && !isCanned(name) && !builtInTools.includes(name))
  return {
    tools: open.tools,
    isSimulated: name => !isReal(name),
    use: async (call, over) => {
      if (isReal(call.name)) return await open.use(call, over)
      if (isCanned(call.name)) return { ok: true, result: toolResults[call.name] }
      return (
        changing.get(call.name)?.(call.arguments) ?? {
          error: 'The tool can not be used now: it has no answer',
        }
      )
    },
    [Symbol.asyncDispose]: () => open[Symbol.asyncDispose](),
  }
}
