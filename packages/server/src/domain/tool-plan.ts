/** A function of the customer's, behind a URL. */
export interface HttpToolPlan {
  readonly kind: 'http'
  readonly name: string
  readonly description: string
  /** JSON Schema. */
  readonly parameters: Readonly<Record<string, unknown>>
  readonly url: string
  readonly method: 'POST' | 'GET' | 'PUT' | 'PATCH' | 'DELETE'
  readonly headers: Readonly<Record<string, string>>
  readonly timeoutMs: number
  /** Null: a line in the language of the call. */
  readonly speakWhileWaiting: string | null
  /** Name of a stored secret; it is never part of the plan. */
  readonly secretRef: string | null
}

/** A server of the Model Context Protocol, and which of its tools the agent may use; null: all. */
export interface McpToolPlan {
  readonly kind: 'mcp'
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly allowedTools: readonly string[] | null
  readonly secretRef: string | null
}

export type ToolPlan = HttpToolPlan | McpToolPlan
