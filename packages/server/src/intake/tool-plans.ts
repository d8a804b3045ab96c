import type { Fault } from '@parley/contract/errors'
import type { HttpToolOption, McpToolOption, ToolOptions } from '@parley/contract/tools'
import { builtInTools } from '../domain/built-in-tools.ts'
import { readSchema, SchemaError } from '../domain/json-schema.ts'
import type { ToolPlan } from '../domain/tool-plan.ts'

/** What no schema can say of a call's tools: names are told apart, and parameters are a JSON Schema. */
export function checkTools(tools: ToolOptions): Fault[] {
  const seen = new Set<string>(builtInTools)
  return tools.flatMap((tool, index) => {
    if (isMcp(tool)) return []
    const path = `tools[${index}]`
    const message = `The name ${tool.name} is taken`
    const taken = seen.has(tool.name) ? [{ path: `${path}.name`, message, code: 'name_taken' }] : []
    seen.add(tool.name)
    return [...taken, ...schemaFaults(tool, `${path}.parameters`)]
  })
}

function schemaFaults({ parameters }: HttpToolOption, path: string): Fault[] {
  if (parameters['type'] !== 'object')
    return [{ path, message: 'The schema must be one of an object', code: 'invalid_schema' }]
  try {
    readSchema(parameters)
    return []
  } catch (error) {
    if (error instanceof SchemaError)
      return [{ path, message: `The schema ${error.message}`, code: 'invalid_schema' }]
    throw error
  }
}

export function toolPlans(tools: ToolOptions): ToolPlan[] {
  return tools.map(tool => {
    const shared = { url: tool.url, headers: tool.headers, secretRef: tool.secret_ref ?? null }
    if (isMcp(tool)) return { kind: 'mcp', ...shared, allowedTools: tool.allowed_tools ?? null }
    const { name, description, parameters, method } = tool
    const speakWhileWaiting = tool.speak_while_waiting ?? null
    const own = { name, description, parameters, method, timeoutMs: tool.timeout_ms, speakWhileWaiting }
    return { kind: 'http', ...shared, ...own }
  })
}

function isMcp(tool: HttpToolOption | McpToolOption): tool is McpToolOption {
  return 'type' in tool
}
