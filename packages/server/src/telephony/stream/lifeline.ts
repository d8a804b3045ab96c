import { parseJson, textOf } from '../json-fields.ts'
import type { CallIds, VendorName } from '../vendor.ts'

/** What any node needs to hang up a call of a vendor, besides the credentials that all nodes share. */
export function writeLifeline(vendor: VendorName, ids: CallIds): string {
  return JSON.stringify({ carrier: vendor, ...ids })
}

/** Null when the lifeline is another carrier's. */
export function readLifeline(lifeline: string, vendor: VendorName): CallIds | null {
  const content = parseJson(lifeline)
  if (textOf(content, 'carrier') !== vendor) return null
  const ids = { placed: textOf(content, 'placed'), live: textOf(content, 'live') }
  return ids.placed === null && ids.live === null ? null : ids
}
