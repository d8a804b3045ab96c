import { isUuid } from '../domain/is-uuid.ts'

/** Ids sort by time, so the last id that was shown is where the next page begins, whatever has arrived since. */
export function encodeCursor(id: string): string {
  return Buffer.from(id.replaceAll('-', ''), 'hex').toString('base64url')
}

/** An unusable cursor throws RangeError. */
export function decodeCursor(cursor: string): string {
  const hex = Buffer.from(cursor, 'base64url').toString('hex')
  const id = hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
  if (!isUuid(id)) throw new RangeError('not a cursor of this list')
  return id
}

/** A page of rows, of which one more than `limit` was asked for. */
export function pageOfRows<Row extends { id: string }>(rows: readonly Row[], limit: number) {
  const data = rows.slice(0, limit)
  const last = data.at(-1)
  const has_more = rows.length > limit
  return { data, has_more, next_cursor: has_more && last ? encodeCursor(last.id) : null }
}
