/** The bytes that a `Range` field asks for (RFC 9110, 14). Both ends are included. */
export type ByteRange = { start: number; end: number } | 'whole' | 'unsatisfiable'

/**
 * Only the forms that players use: one range, with a start, an end or both. A field in any other form, or
 * several ranges, counts as none, as RFC 9110 allows.
 */
export function readRange(field: string | undefined, size: number): ByteRange {
  const match = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(field?.trim() ?? '')
  const [, first = '', last = ''] = match ?? []
  if (first === '') return last === '' ? 'whole' : lastBytes(Number(last), size)
  const start = Number(first)
  const end = last === '' ? size - 1 : Number(last)
  if (start >= size) return 'unsatisfiable'
  return end < start ? 'whole' : { start, end: Math.min(end, size - 1) }
}

function lastBytes(count: number, size: number): ByteRange {
  const length = Math.min(count, size)
  return length === 0 ? 'unsatisfiable' : { start: size - length, end: size - 1 }
}
