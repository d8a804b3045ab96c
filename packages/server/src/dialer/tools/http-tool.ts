import { newId } from '../../domain/new-id.ts'
import type { HttpToolPlan } from '../../domain/tool-plan.ts'
import type { Outgoing } from '../../outgoing/outgoing.ts'
import { OutgoingFault } from '../../outgoing/outgoing-fault.ts'
import { signWebhook } from '../../webhooks/sign.ts'
import type { CalledTool, ToolContext } from './called-tool.ts'
import { fillSecret, UnknownSecret } from './secret-headers.ts'

/** More is nothing that could be spoken about. */
const mostResultBytes = 64 * 1024

/** A customer's function behind a URL, asked as `docs/tools.md` tells. */
export function httpTool(plan: HttpToolPlan, context: HttpToolContext): CalledTool {
  return {
    definition: { name: plan.name, description: plan.description, parameters: plan.parameters },
    hasEffects: plan.method !== 'GET',
    waitingLine: plan.speakWhileWaiting,
    afterwards: 'answer',
    async call({ toolCallId, arguments: given }, signal) {
      const deadline = AbortSignal.any([signal, AbortSignal.timeout(plan.timeoutMs)])
      try {
        const message = await messageOf(plan, { toolCallId, given }, context)
        await using answer = await context.outgoing.request(message.url, message, deadline)
        if (answer.status < 200 || answer.status > 299)
          return { error: `The tool answered with HTTP ${answer.status}` }
        return { ok: true, result: resultOf(await answer.read(mostResultBytes)) }
      } catch (error) {
        if (error instanceof OutgoingFault) return { error: `The tool can not be used now: ${error.message}` }
        if (error instanceof UnknownSecret)
          return { error: 'The tool can not be used: its secret is not stored' }
        throw error
      }
    },
  }
}

export interface HttpToolContext extends ToolContext {
  readonly outgoing: Outgoing
  /** What signs messages of the account, the newest first. */
  readonly signingSecrets: () => Promise<readonly string[]>
  /** Null where the account has none of that name. */
  readonly secretNamed: (name: string) => Promise<string | null>
  /** Epoch milliseconds. */
  readonly clock: () => number
}

type Asked = { readonly toolCallId: string; readonly given: Readonly<Record<string, unknown>> }

async function messageOf(plan: HttpToolPlan, asked: Asked, context: HttpToolContext) {
  const metadata = await context.metadata()
  const { url, body } = contentOf(plan, { ...asked, callId: context.callId, metadata })
  const message = { id: newId(), timestamp: Math.floor(context.clock() / 1_000), body: body ?? '' }
  const headers = {
    ...(await fillSecret(plan, context.secretNamed)),
    ...(body === null ? {} : { 'content-type': 'application/json' }),
    accept: 'application/json',
    ...signWebhook(await context.signingSecrets(), message),
  }
  return body === null ? { method: plan.method, url, headers } : { method: plan.method, url, headers, body }
}

/** Methods without a body carry the arguments in the address. */
function contentOf(
  plan: HttpToolPlan,
  { toolCallId, given, callId, metadata }: Asked & { callId: string; metadata: unknown },
): { url: string; body: string | null } {
  if (plan.method === 'GET' || plan.method === 'DELETE') {
    const url = new URL(plan.url)
    for (const [name, value] of Object.entries(given))
      url.searchParams.set(name, typeof value === 'string' ? value : JSON.stringify(value))
    return { url: url.href, body: null }
  }
  const told = { call_id: callId, tool_call_id: toolCallId, name: plan.name, arguments: given, metadata }
  return { url: plan.url, body: JSON.stringify(told) }
}

/** `{"result": …}`, any other JSON, or words. */
function resultOf(bytes: Uint8Array): unknown {
  const text = Buffer.from(bytes).toString('utf8').trim()
  if (text === '') return null
  try {
    const value: unknown = JSON.parse(text)
    const isWrapped = typeof value === 'object' && value !== null && 'result' in value
    return isWrapped ? value.result : value
  } catch {
    // Not every tool speaks JSON, and words are what the model wants.
    return text
  }
}
