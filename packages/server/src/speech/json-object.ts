/** A vendor's message, not yet believed: every field is read by what it should be, or is absent. */
export type JsonObject = Readonly<Record<string, unknown>>

/** Null for whatever is not a JSON object. */
export function parseObject(text: string): JsonObject | null {
  try {
    return objectOf(JSON.parse(text))
  } catch (error) {
    if (error instanceof SyntaxError) return null
    throw error
  }
}

export function objectOf(value: unknown): JsonObject | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : null
}

export function objectAt(from: JsonObject | null, key: string): JsonObject | null {
  return objectOf(from?.[key])
}

export function textAt(from: JsonObject | null, key: string): string | null {
  const value = from?.[key]
  return typeof value === 'string' ? value : null
}

export function numberAt(from: JsonObject | null, key: string): number | null {
  const value = from?.[key]
  return typeof value === 'number' && Number.isFinite(value) ? value : null
}

export function listAt(from: JsonObject | null, key: string): readonly unknown[] {
  const value = from?.[key]
  return Array.isArray(value) ? (value as readonly unknown[]) : []
}
