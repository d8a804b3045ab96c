import type { BulkLead, OnDuplicate } from '@parley/contract/leads'

/** One entry for every number, in place of all that the same file or request says about it. */
export function oneEach(entries: readonly BulkLead[], onDuplicate: OnDuplicate): BulkLead[] {
  const byNumber = new Map<string, BulkLead>()
  for (const entry of entries) {
    const earlier = byNumber.get(entry.phone_number)
    if (earlier === undefined) byNumber.set(entry.phone_number, entry)
    else if (onDuplicate === 'merge') byNumber.set(entry.phone_number, merged(earlier, entry))
  }
  return [...byNumber.values()]
}

function merged(earlier: BulkLead, later: BulkLead): BulkLead {
  const { notes: before, notes_append: appended, ...rest } = earlier
  const { notes, notes_append: more, ...changes } = later
  const entry: BulkLead = { ...rest, ...changes }
  if (earlier.request_data || later.request_data)
    entry.request_data = { ...earlier.request_data, ...later.request_data }
  if (notes !== undefined) return { ...entry, notes }
  if (before !== undefined) return { ...entry, notes: lines(before, more) }
  const all = lines(appended, more)
  return all === '' ? entry : { ...entry, notes_append: all }
}

function lines(...texts: (string | undefined)[]): string {
  return texts.filter(text => text !== undefined).join('\n')
}
