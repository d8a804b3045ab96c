import { z } from 'zod'
import { text } from './fields.ts'

/** What a customer gives the agent to act with: functions behind a URL, and servers of the Model Context Protocol. */

export const secretName = z
  .string()
  .regex(/^[A-Za-z0-9_-]{1,64}$/, { error: 'Must be 1 to 64 of A-Z, a-z, 0-9, _ and -' })

const toolName = z
  .string()
  .regex(/^[A-Za-z_][A-Za-z0-9_-]{0,63}$/, { error: 'Must be 1 to 64 of A-Z, a-z, 0-9, _ and -' })
const url = z
  .url({ protocol: /^https?$/, hostname: /^.+$/, error: 'Must be an http or https URL' })
  .max(2_048)
  .regex(/^[^\0- ]+$/, { error: 'Must be an http or https URL' })
const ownFields =
  /^(?!(?:host|connection|content-length|transfer-encoding|upgrade|te|trailer|webhook-\w+)$)[a-z0-9!#$%&'*+.^_`|~-]+$/i
const headers = z
  .record(
    z.string().regex(ownFields, { error: 'Not a header field that may be set' }).max(100),
    z
      .string()
      .max(4_096)
      .regex(/^[\t\x20-\x7e\x80-\xff]*$/, { error: 'Not a value of a header field' }),
  )
  .refine(given => Object.keys(given).length <= 30, { error: 'Must have at most 30 entries' })
  .default({})

export const httpToolSchema = z
  .strictObject({
    name: toolName.meta({ description: 'What the agent calls it by; no name of a built-in tool.' }),
    description: text({ min: 1, max: 1_024 }).meta({ description: 'Tells the agent when to use it.' }),
    parameters: z
      .record(z.string(), z.unknown())
      .default({ type: 'object', properties: {}, additionalProperties: false })
      .meta({
        description:
          'JSON Schema (2020-12) of an object, without patterns. Arguments are checked against it before anything is sent.',
      }),
    url,
    method: z.enum(['POST', 'GET', 'PUT', 'PATCH', 'DELETE']).default('POST').meta({
      description:
        'GET for looking things up: arguments come in the query. All others count as changing something, of which three calls are allowed per conversation, and the same one is made once.',
    }),
    headers: headers.meta({ description: '`{{secret}}` in a value is the secret of `secret_ref`.' }),
    timeout_ms: z.int().min(500).max(30_000).default(10_000),
    speak_while_waiting: text({ min: 1, max: 300 }).optional().meta({
      description:
        'Said when the answer takes longer than 0.7 s. Absent: a line in the language of the call.',
    }),
    secret_ref: secretName.optional().meta({
      description:
        'A secret of `PUT /v1/secrets/{name}`. Where no header names `{{secret}}`, it is sent as `Authorization: Bearer`.',
    }),
  })
  .meta({ id: 'HttpTool' })
export type HttpToolOption = z.output<typeof httpToolSchema>

export const mcpToolSchema = z
  .strictObject({
    type: z.literal('mcp'),
    url: url.meta({ description: 'Of its Streamable HTTP endpoint.' }),
    headers: headers.meta({ description: '`{{secret}}` in a value is the secret of `secret_ref`.' }),
    allowed_tools: z.array(z.string().min(1).max(128)).min(1).max(100).optional().meta({
      description:
        'Absent: all that it has. Those that it does not call read-only count as changing something.',
    }),
    secret_ref: secretName.optional(),
  })
  .meta({ id: 'McpServer' })
export type McpToolOption = z.output<typeof mcpToolSchema>

export const toolsSchema = z
  .array(z.union([mcpToolSchema, httpToolSchema]))
  .max(40)
  .meta({ description: 'Functions behind a URL (signed as webhooks are), and MCP servers.' })
export type ToolOptions = z.output<typeof toolsSchema>
