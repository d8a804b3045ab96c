import type { OutsideTool, OutsideTools } from '../../conversation/tools/outside.ts'
import { builtInTools } from '../../domain/built-in-tools.ts'
import type { CallPlan } from '../../domain/call-plan.ts'
import { readSchema, SchemaError } from '../../domain/json-schema.ts'
import type { HttpToolPlan, McpToolPlan } from '../../domain/tool-plan.ts'
import type { SearchDeps } from '../../knowledge/search.ts'
import type { Outgoing } from '../../outgoing/outgoing.ts'
import { readWebhookSecrets } from '../../store/accounts.ts'
import { findCall } from '../../store/calls.ts'
import type { Sealing } from '../../store/sealing.ts'
import { openSecret } from '../../store/secrets.ts'
import type { CalledTool } from './called-tool.ts'
import { type HttpToolContext, httpTool } from './http-tool.ts'
import { knowledgeTool } from './look-up.ts'
import { type McpServer, openMcpServer } from './mcp-tools.ts'
import { optOutTool } from './opt-out.ts'
import { type CallbackDeps, scheduleCallbackTool } from './schedule-callback.ts'

export interface ToolDeps extends SearchDeps {
  readonly sealing: Sealing
  readonly outgoing: Outgoing
  /** Epoch milliseconds. */
  readonly clock: () => number
  /** Places the calls that are agreed on; absent: none can be. */
  readonly placing?: Omit<CallbackDeps, 'clock' | 'database'>
  readonly log: { warn(fields: object, message: string): void }
}

/** What the agent of one call can do outside it. Disposing closes what was opened for it. */
export interface OpenTools extends OutsideTools, AsyncDisposable {}

/**
 * Opens the tools of a call before anybody is rung. A server that does not tell its tools in time has none on
 * this call: the agent talks without them.
 */
export async function openTools(plan: CallPlan, deps: ToolDeps, signal: AbortSignal): Promise<OpenTools> {
  await using opening = new AsyncDisposableStack()
  const context = contextOf(plan, deps)
  const own = (plan.tools ?? []).filter((tool): tool is HttpToolPlan => tool.kind === 'http')
  const servers = await openServers(plan, { ...deps, ...context }, signal)
  for (const server of servers) opening.use(server)
  const tools = [
    optOutTool(plan, deps.database),
    ...callbackTools(plan, deps),
    ...(plan.knowledgeBaseIds?.length ? [knowledgeTool(plan, deps)] : []),
    ...own.map(tool => httpTool(tool, context)),
    ...servers.flatMap(server => server.tools),
  ]
  const byName = new Map<string, CalledTool & OutsideTool>()
  for (const tool of tools) {
    const { name } = tool.definition
    const faultIn = checkOf(tool)
    if (byName.has(name) || isReserved(tool) || faultIn === null)
      deps.log.warn({ call_id: plan.callId }, 'a tool is left out: its name is taken, or its schema is none')
    else byName.set(name, { ...tool, faultIn })
  }
  const open = opening.move()
  return {
    tools: [...byName.values()],
    use: (call, over) =>
      byName.get(call.name)?.call(call, over) ?? Promise.resolve({ error: 'There is no such tool' }),
    [Symbol.asyncDispose]: () => open.disposeAsync(),
  }
}

/** Whoever calls us did not ask to be called. */
function callbackTools(plan: CallPlan, { placing, database, clock }: ToolDeps): CalledTool[] {
  if (!placing || plan.direction === 'inbound') return []
  return [scheduleCallbackTool(plan, { ...placing, database, clock })]
}

/** A name of the platform's own that this is not the tool of. */
function isReserved({ definition: { name }, isOwn }: CalledTool): boolean {
  return builtInTools.includes(name) && isOwn !== true
}

/** Null: the customer's schema can not be used. One of ours that can not be is a defect, and thrown. */
function checkOf({ definition, isOwn }: CalledTool): OutsideTool['faultIn'] | null {
  try {
    const schema = readSchema(definition.parameters)
    return given => {
      const faults = schema.faultsOf(given)
      return faults.length === 0 ? null : faults.slice(0, 5).join('; ')
    }
  } catch (error) {
    if (error instanceof SchemaError && isOwn !== true) return null
    throw error
  }
}

function contextOf(
  { callId, accountId: account }: CallPlan,
  { database, sealing, outgoing, clock }: ToolDeps,
): HttpToolContext {
  return {
    callId,
    outgoing,
    clock,
    metadata: async () => (await findCall(database, { account, id: callId }))?.metadata ?? null,
    signingSecrets: () => readWebhookSecrets(database, { account, sealing }),
    secretNamed: name => openSecret(database, { account, name, sealing }),
  }
}

async function openServers(
  { tools = [], callId }: CallPlan,
  deps: ToolDeps & HttpToolContext,
  signal: AbortSignal,
): Promise<McpServer[]> {
  const plans = tools.filter((tool): tool is McpToolPlan => tool.kind === 'mcp')
  const opened = await Promise.allSettled(plans.map(plan => openMcpServer(plan, deps, signal)))
  return opened.flatMap(result => {
    if (result.status === 'fulfilled') return [result.value]
    deps.log.warn(
      { err: result.reason, call_id: callId },
      'a call goes on without the tools of an MCP server',
    )
    return []
  })
}
