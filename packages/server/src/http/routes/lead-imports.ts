import type { IncomingMessage } from 'node:http'
import {
  createLeadImportSchema,
  leadImportErrorPageSchema,
  type LeadImportObject,
  leadImportPageSchema,
  leadImportSchema,
} from '@parley/contract/lead-lists'
import { ApiError } from '@parley/contract/errors'
import { pageQuery } from '@parley/contract/page'
import { z } from 'zod'
import { createLeadImport, importLeads, unknownImport } from '../../intake/import-leads.ts'
import {
  findLeadImport,
  type LeadImportRow,
  listImportFaults,
  listLeadImports,
} from '../../store/lead-imports.ts'
import type { Transaction } from '../../store/database.ts'
import { actOutside, actWith, type Audited, auditRequest } from '../act.ts'
import { answers } from '../answers.ts'
import { holderIn } from '../auth.ts'
import type { Api, HttpDeps } from '../deps.ts'
import { leaveUnchecked, refuseCursor } from '../validation.ts'

const tags = ['Leads']
const params = z.object({ id: z.string() })
const reading = { config: { access: 'leads:read' as const } }
const writing = { config: { access: 'leads:write' as const } }

export async function leadImportRoutes(app: Api, deps: HttpDeps): Promise<void> {
  readingRoutes(app, deps)
  creatingRoute(app, deps)
  await app.register(async files => fileRoute(files, deps))
}

function readingRoutes(app: Api, { database }: HttpDeps): void {
  app.get(
    '/v1/lead-imports',
    {
      ...reading,
      schema: {
        tags,
        summary: 'List imports of leads, newest first',
        querystring: pageQuery,
        response: answers({ 200: leadImportPageSchema }),
      },
    },
    async request => {
      const account = holderIn(request).accountId
      const page = await listLeadImports(database, account, request.query).catch(refuseCursor)
      return { ...page, data: page.data.map(importObject) }
    },
  )
  app.get(
    '/v1/lead-imports/:id',
    {
      ...reading,
      schema: {
        tags,
        summary: 'How far an import of leads is',
        params,
        response: answers({ 200: leadImportSchema }),
      },
    },
    async request => {
      const of = { account: holderIn(request).accountId, id: request.params.id }
      return importObject((await findLeadImport(database, of)) ?? unknownImport())
    },
  )
  app.get(
    '/v1/lead-imports/:id/errors',
    {
      ...reading,
      schema: {
        tags,
        summary: 'Why rows of an import were left out',
        params,
        querystring: pageQuery,
        response: answers({ 200: leadImportErrorPageSchema }),
      },
    },
    async request => {
      const { limit, cursor } = request.query
      const of = { account: holderIn(request).accountId, id: request.params.id }
      const { id } = (await findLeadImport(database, of)) ?? unknownImport()
      const after = cursor === undefined ? undefined : faultIn(cursor)
      const rows = await listImportFaults(database, id, { limit: limit + 1, after })
      const data = rows.slice(0, limit)
      const last = data.at(-1)
      const has_more = rows.length > limit
      return { data, has_more, next_cursor: has_more && last ? cursorOf(last) : null }
    },
  )
}

function creatingRoute(app: Api, deps: HttpDeps): void {
  app.post(
    '/v1/lead-imports',
    {
      ...writing,
      schema: {
        tags,
        summary: 'Begin an import of leads',
        description: 'Its file goes to `/v1/lead-imports/{id}/file`.',
        body: createLeadImportSchema,
        response: answers({ 201: leadImportSchema }),
      },
    },
    async (request, reply) => {
      const account = holderIn(request).accountId
      const asked = { request, reply, audit: audit('created') }
      const answer = await actWith<LeadImportObject>(deps, asked, async alongside =>
        importObject(
          await createLeadImport(
            { ...deps, alongside: (trx, row) => alongside(trx, importObject(row)) },
            account,
            request.body,
          ),
        ),
      )
      reply.code(201).header('location', `/v1/lead-imports/${answer.id}`)
      return answer
    },
  )
}

/** In a scope of its own: only here CSV is a body, and it is read as it comes. */
function fileRoute(app: Api, deps: HttpDeps): void {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('text/csv', (_request, file, done) => done(null, file))
  app.post(
    '/v1/lead-imports/:id/file',
    {
      ...writing,
      schema: {
        tags,
        summary: 'Send the file of an import',
        description:
          'CSV in UTF-8 of any size, with a header. Columns: `phone_number`, and as wanted `name`, `email`, `timezone`, `status`, `notes`, `notes_append`; others fill `request_data`. Answers when the file is read; meanwhile the import tells how far it is. An `Idempotency-Key` stands for the import, whatever the file.',
        params,
        consumes: ['text/csv'],
        body: z.string().meta({ examples: ['phone_number,name\n+14155551234,Jo Smith\n'] }),
        response: answers({ 200: leadImportSchema }),
      },
      validatorCompiler: leaveUnchecked,
    },
    async (request, reply) => {
      const of = { account: holderIn(request).accountId, id: request.params.id }
      // Left unchecked, it is the stream that the parser above hands on.
      const file = request.body as unknown as IncomingMessage | undefined
      if (file === undefined) throw new ApiError('bad_request', { detail: 'Send the file as text/csv' })
      const ended = (trx: Transaction, row: LeadImportRow) =>
        auditRequest(trx, deps, { request, told: audit('ended')(importObject(row)) })
      return await actOutside<LeadImportObject>(deps, { request, reply, body: null }, async () =>
        importObject(await importLeads({ ...deps, ended }, of, file)),
      )
    },
  )
}

/** How many leads came of it, and of whom nothing. */
function audit(what: 'created' | 'ended') {
  return ({ id, status, on_duplicate, list_id, ...read }: LeadImportObject): Audited => {
    const { rows_read, inserted, updated, duplicates, rejected } = read
    const counts = { status, rows_read, inserted, updated, duplicates, rejected }
    const details = { on_duplicate, list_id, ...(what === 'ended' ? counts : {}) }
    return { action: `lead_import.${what}`, target: ['lead_import', id], details }
  }
}

const cursorOf = (fault: { row: number; path: string }) =>
  Buffer.from(JSON.stringify([fault.row, fault.path])).toString('base64url')

const position = z.tuple([z.int(), z.string()])

function faultIn(cursor: string): { row: number; path: string } {
  try {
    const [row, path] = position.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString()))
    return { row, path }
  } catch (error) {
    return refuseCursor(new RangeError('not a cursor of this list', { cause: error }))
  }
}

function importObject(row: LeadImportRow): LeadImportObject {
  const { account_id: _account, reader: _reader, bytes_read, created_at, updated_at, ...told } = row
  return {
    ...told,
    bytes_read: Number(bytes_read),
    created_at: created_at.toISOString(),
    updated_at: updated_at.toISOString(),
  }
}
