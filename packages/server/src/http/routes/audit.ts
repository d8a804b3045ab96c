import {
  type AuditEntryObject,
  auditPageSchema,
  auditVerdictSchema,
  listAuditQuery,
} from '@parley/contract/audit'
import { type AuditRow, listAudit, verifyAudit } from '../../store/audit.ts'
import { answers } from '../answers.ts'
import { holderIn } from '../auth.ts'
import type { Api, HttpDeps } from '../deps.ts'
import { refuseCursor } from '../validation.ts'

const tags = ['Audit']
const access = { config: { access: 'admin' as const } }

export function auditRoutes(app: Api, { database, sealing }: HttpDeps): void {
  app.get(
    '/v1/audit',
    {
      ...access,
      schema: {
        tags,
        summary: 'What was done to the account, and by whom; newest first',
        description:
          'Changes of settings, keys and saved things, listening in, recordings that were fetched, erasures. Entries are ' +
          'never changed.',
        querystring: listAuditQuery,
        response: answers({ 200: auditPageSchema }),
      },
    },
    async request => {
      const { limit, cursor, action } = request.query
      const before = cursor === undefined ? undefined : entryIn(cursor)
      const rows = await listAudit(database, holderIn(request).accountId, { limit, before, action })
      const data = rows.slice(0, limit)
      const has_more = rows.length > limit
      const next_cursor = has_more ? (data.at(-1)?.sequence ?? null) : null
      return { data: data.map(entryObject), has_more, next_cursor }
    },
  )
  app.get(
    '/v1/audit/verify',
    {
      ...access,
      schema: {
        tags,
        summary: 'Whether every entry is what was written',
        response: answers({ 200: auditVerdictSchema }),
      },
    },
    async request => {
      const verdict = await verifyAudit(database, { account: holderIn(request).accountId, sealing })
      return verdict.intact
        ? { intact: true, entries: verdict.entries, broken_at: null, reason: null }
        : {
            intact: false,
            entries: verdict.sequence - 1,
            broken_at: verdict.sequence,
            reason: verdict.reason,
          }
    },
  )
}

/** The cursor is the last entry shown. */
function entryIn(cursor: string): number {
  return /^[1-9]\d{0,14}$/.test(cursor)
    ? Number(cursor)
    : refuseCursor(new RangeError('not a cursor of this list'))
}

function entryObject({
  account_id: _account,
  sequence,
  at,
  details,
  hash,
  ...entry
}: AuditRow): AuditEntryObject {
  return {
    ...entry,
    sequence: Number(sequence),
    at: at.toISOString(),
    details: JSON.parse(details),
    hash: hash.toString('hex'),
  }
}
