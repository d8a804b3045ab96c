/** One difference between two JSON values; a side that lacks the place altogether is absent. */
export interface Change {
  readonly path: string
  readonly before?: unknown
  readonly after?: unknown
}

/** What changed between two JSON objects, place by place, in the order of the paths. Lists are compared as a whole. */
export function diff(before: unknown, after: unknown, path = ''): readonly Change[] {
  if (!isObject(before) || !isObject(after)) {
    if (JSON.stringify(before) === JSON.stringify(after)) return []
    return [{ path, ...side('before', before), ...side('after', after) }]
  }
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])].toSorted()
  return names.flatMap(name => diff(before[name], after[name], path === '' ? name : `${path}.${name}`))
}

function side(name: 'before' | 'after', value: unknown): object {
  return value === undefined ? {} : { [name]: value }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
