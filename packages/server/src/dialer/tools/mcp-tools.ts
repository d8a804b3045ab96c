import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import type { McpToolPlan } from '../../domain/tool-plan.ts'
import { guardedFetch } from '../../outgoing/guarded-fetch.ts'
import type { Outgoing } from '../../outgoing/outgoing.ts'
import type { CalledTool } from './called-tool.ts'
import { fillSecret } from './secret-headers.ts'

/** A person waits for the line to be rung, or to be answered: a server that is slower has no tools. */
const openingMs = 3_000
const callMs = 10_000
const mostTools = 40
const mostBytes = 1024 * 1024
/** What the model is given of one result. */
const mostResultLength = 64 * 1024
const longestDescription = 1_024

export interface McpServer extends AsyncDisposable {
  readonly tools: readonly CalledTool[]
}

/** The tools of an MCP server that this call may use. Rejects when the server does not tell them in time. */
export async function openMcpServer(
  plan: McpToolPlan,
  { outgoing, secretNamed }: McpContext,
  signal: AbortSignal,
): Promise<McpServer> {
  const headers = await fillSecret(plan, secretNamed)
  const transport = new StreamableHTTPClientTransport(new URL(plan.url), {
    requestInit: { headers, redirect: 'manual' },
    fetch: guardedFetch(outgoing, { maxBytes: mostBytes, timeoutMs: callMs }),
  })
  const client = new Client({ name: 'parley', version: '1' })
  const patience = { signal: AbortSignal.any([signal, AbortSignal.timeout(openingMs)]), timeout: openingMs }
  try {
    await client.connect(transport, patience)
    const { tools } = await client.listTools(undefined, patience)
    const allowed = tools.filter(({ name }) => plan.allowedTools?.includes(name) ?? true).slice(0, mostTools)
    return {
      tools: allowed.map(tool => calledTool(client, tool)),
      [Symbol.asyncDispose]: () => client.close(),
    }
  } catch (error) {
    await client.close()
    throw error
  }
}

export interface McpContext {
  readonly outgoing: Outgoing
  /** Null where the account has none of that name. */
  readonly secretNamed: (name: string) => Promise<string | null>
}

type ListedTool = Awaited<ReturnType<Client['listTools']>>['tools'][number]

function calledTool(client: Client, { name, description, inputSchema, annotations }: ListedTool): CalledTool {
  return {
    definition: {
      name: name.replaceAll(/[^\w-]/gu, '_').slice(0, 64),
      description: (description ?? name).slice(0, longestDescription),
      parameters: inputSchema,
    },
    // A server's word for it, as every annotation: whoever adds a server trusts it so far.
    hasEffects: annotations?.readOnlyHint !== true,
    waitingLine: null,
    afterwards: 'answer',
    async call({ arguments: given }, signal) {
      try {
        const asked = { name, arguments: { ...given } }
        const result = await client.callTool(asked, { signal, timeout: callMs, maxTotalTimeout: callMs })
        return answerOf(result)
      } catch (error) {
        // The library's errors say what the server said, or that it said nothing.
        const reason = error instanceof Error ? error.message.slice(0, 200) : 'no answer'
        return { error: `The tool can not be used now: ${reason}` }
      }
    },
  }
}

type Result = Awaited<ReturnType<Client['callTool']>>

function answerOf({ content, structuredContent, isError }: Result) {
  const words = content.flatMap(part => (part.type === 'text' ? [part.text] : [])).join('\n')
  if (isError) return { error: words.slice(0, 1_000) || 'The tool failed' }
  const result = structuredContent ?? words
  if (JSON.stringify(result).length > mostResultLength)
    return { error: 'The tool answered with more than can be used on a call' }
  return { ok: true as const, result }
}
