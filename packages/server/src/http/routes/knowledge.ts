import {
  addKnowledgeFileSchema,
  addKnowledgeSchema,
  changeKnowledgeSchema,
  foundPassagesSchema,
  type Knowledge,
  knowledgePageSchema,
  knowledgeSchema,
  searchKnowledgeSchema,
} from '@parley/contract/knowledge'
import { pageQuery } from '@parley/contract/page'
import type { FastifyRequest } from 'fastify'
import { z } from 'zod'
import {
  type AddKnowledgeDeps,
  addKnowledge,
  addKnowledgeFile,
  reviseKnowledge,
  unknownKnowledge,
} from '../../knowledge/add-knowledge.ts'
import { searchKnowledge } from '../../knowledge/search.ts'
import { deleteKnowledge, findKnowledge, type KnowledgeRow, listKnowledge } from '../../store/knowledge.ts'
import { act, actWith, type Audited } from '../act.ts'
import { answers } from '../answers.ts'
import { holderIn } from '../auth.ts'
import type { Api, HttpDeps } from '../deps.ts'
import { acceptFiles, fingerprintOf, readSentFile } from '../multipart-file.ts'
import { leaveUnchecked, refuseCursor } from '../validation.ts'

const tags = ['Knowledge']
const params = z.object({ id: z.string() })
const reading = { config: { access: 'knowledge:read' as const } }
const writing = { config: { access: 'knowledge:write' as const } }
/** Half a million letters, as JSON may escape them. */
const textBodyLimit = 4 * 1024 * 1024

const fileBody = addKnowledgeFileSchema
  .extend({
    file: z.string().meta({ format: 'binary', description: 'PDF, DOCX, TXT, MD or HTML, at most 20 MiB' }),
  })
  .meta({ id: 'AddKnowledgeFile', description: 'As `multipart/form-data`' })

export async function knowledgeRoutes(app: Api, deps: HttpDeps): Promise<void> {
  readingRoutes(app, deps)
  // In a scope of its own: elsewhere a file is no body.
  await app.register(async (files: Api) => {
    await acceptFiles(files)
    addingRoute(files, deps)
  })
  changingRoutes(app, deps)
  searchRoute(app, deps)
}

function readingRoutes(app: Api, { database }: HttpDeps): void {
  app.get(
    '/v1/knowledge',
    {
      ...reading,
      schema: {
        tags,
        summary: 'List knowledge, newest first',
        querystring: pageQuery,
        response: answers({ 200: knowledgePageSchema }),
      },
    },
    async request => {
      const { accountId } = holderIn(request)
      const page = await listKnowledge(database, accountId, request.query).catch(refuseCursor)
      return { ...page, data: page.data.map(knowledgeObject) }
    },
  )
  app.get(
    '/v1/knowledge/:id',
    {
      ...reading,
      schema: { tags, summary: 'A knowledge base', params, response: answers({ 200: knowledgeSchema }) },
    },
    async request => {
      const of = { account: holderIn(request).accountId, id: request.params.id }
      const row = await findKnowledge(database, of)
      if (row === null) throw unknownKnowledge()
      return knowledgeObject(row)
    },
  )
}

function addingRoute(app: Api, deps: HttpDeps): void {
  app.post(
    '/v1/knowledge',
    {
      ...writing,
      bodyLimit: textBodyLimit,
      schema: {
        tags,
        summary: 'Add a text, a web page or a file',
        description:
          'A text or a web page comes as JSON, a file as `multipart/form-data` with the field `file`. It is read afterwards: `status` is `processing` until it is `ready`, or `failed` with the reason.',
        consumes: ['application/json', 'multipart/form-data'],
        body: z.union([addKnowledgeSchema, fileBody]),
        response: answers({ 201: knowledgeSchema }),
      },
      validatorCompiler: leaveUnchecked,
    },
    async (request, reply) => {
      const { body, add } = await readAddition(request)
      const asked = { request, reply, body, audit: audit('added') }
      const answer = await actWith<Knowledge>(deps, asked, async alongside =>
        knowledgeObject(
          await add({ ...deps, alongside: (trx, row) => alongside(trx, knowledgeObject(row)) }),
        ),
      )
      reply.code(201).header('location', `/v1/knowledge/${answer.id}`)
      return answer
    },
  )
}

/** What was sent, and how it is taken. */
async function readAddition(
  request: FastifyRequest,
): Promise<{ body: unknown; add: (deps: AddKnowledgeDeps) => Promise<KnowledgeRow> }> {
  const account = holderIn(request).accountId
  if (!request.isMultipart()) {
    const { body } = request
    return { body, add: deps => addKnowledge(deps, account, body) }
  }
  const sent = await readSentFile(request)
  return { body: fingerprintOf(sent), add: deps => addKnowledgeFile(deps, account, sent) }
}

function changingRoutes(app: Api, deps: HttpDeps): void {
  app.patch(
    '/v1/knowledge/:id',
    {
      ...writing,
      bodyLimit: textBodyLimit,
      schema: {
        tags,
        summary: 'Change a knowledge base',
        params,
        body: changeKnowledgeSchema,
        response: answers({ 200: knowledgeSchema }),
      },
    },
    async (request, reply) => {
      const of = { account: holderIn(request).accountId, id: request.params.id }
      const asked = { request, reply, audit: audit('changed') }
      return await actWith<Knowledge>(deps, asked, async alongside =>
        knowledgeObject(
          await reviseKnowledge(
            { ...deps, alongside: (trx, row) => alongside(trx, knowledgeObject(row)) },
            of,
            request.body,
          ),
        ),
      )
    },
  )
  app.delete(
    '/v1/knowledge/:id',
    {
      ...writing,
      schema: {
        tags,
        summary: 'Remove a knowledge base',
        description: 'Calls that name it find nothing in it any more.',
        params,
        response: { ...answers({}), 204: z.undefined() },
      },
    },
    async (request, reply) => {
      const of = { account: holderIn(request).accountId, id: request.params.id }
      const told = () => ({ action: 'knowledge.removed', target: ['knowledge', of.id] }) as const
      await act(deps, { request, reply, audit: told }, async trx => {
        if (!(await deleteKnowledge({ kysely: trx }, of))) throw unknownKnowledge()
        return {}
      })
      return await reply.code(204).send()
    },
  )
}

const audit =
  (what: string) =>
  ({ id }: Knowledge): Audited => ({ action: `knowledge.${what}`, target: ['knowledge', id] })

function searchRoute(app: Api, deps: HttpDeps): void {
  app.post(
    '/v1/knowledge/:id/search',
    {
      config: { ...reading.config, readsOnly: true },
      schema: {
        tags,
        summary: 'What an agent would be given',
        params,
        body: searchKnowledgeSchema,
        response: answers({ 200: foundPassagesSchema }),
      },
    },
    async request => {
      const of = { account: holderIn(request).accountId, id: request.params.id }
      const row = await findKnowledge(deps.database, of)
      if (row === null) throw unknownKnowledge()
      const bases = { account: of.account, ids: [row.id] }
      return { data: await searchKnowledge(deps, bases, request.body) }
    },
  )
}

function knowledgeObject(row: KnowledgeRow): Knowledge {
  return {
    id: row.id,
    name: row.name,
    type: row.type,
    status: row.status,
    failure_reason: row.failure_reason,
    language: row.language,
    url: row.url,
    file_name: row.file_name,
    passages: row.passages,
    embedding_model: row.embedding_model,
    created_at: row.created_at.toISOString(),
    updated_at: row.updated_at.toISOString(),
  }
}
