import { ApiError, type Fault } from '@parley/contract/errors'
import { faultsOf } from '@parley/contract/faults'
import { addKnowledgeFileSchema, addKnowledgeSchema, changeKnowledgeSchema } from '@parley/contract/knowledge'
import { canonicalLanguage } from '../domain/language.ts'
import type { AccountId } from '../domain/ids.ts'
import type { Database, Transaction } from '../store/database.ts'
import type { Jobs } from '../store/jobs.ts'
import {
  changeKnowledge,
  findKnowledge,
  insertKnowledge,
  type KnowledgeChange,
  type KnowledgeRow,
  type NewKnowledge,
} from '../store/knowledge.ts'
import { kindOfFile, knownExtensions } from './document-kind.ts'

export interface AddKnowledgeDeps {
  readonly database: Database
  readonly jobs: Jobs
  /** Why a page will never be fetched; null: nothing speaks against it yet. */
  readonly urlFault: (url: string) => string | null
  /** What else must be stored if and only if the knowledge is. */
  readonly alongside?: (trx: Transaction, row: KnowledgeRow) => Promise<void>
}

/** A file as it was sent, and the fields beside it. */
export interface SentFile {
  readonly fields: Readonly<Record<string, unknown>>
  /** Null: there was none. */
  readonly file: { readonly name: string; readonly bytes: Uint8Array } | null
}

/** Takes a text or a web page to be read. Throws ApiError `invalid_request` with every fault. */
export async function addKnowledge(
  deps: AddKnowledgeDeps,
  account: AccountId,
  body: unknown,
): Promise<KnowledgeRow> {
  const read = addKnowledgeSchema.safeParse(body, { reportInput: true })
  if (!read.success) throw new ApiError('invalid_request', { errors: faultsOf(read.error) })
  const given = read.data
  refuseUrl(deps, given.type === 'web' ? given.url : undefined)
  return await store(deps, {
    account,
    type: given.type,
    name: given.name,
    language: canonicalLanguage(given.language),
    url: given.type === 'web' ? given.url : null,
    fileName: null,
    content: given.type === 'text' ? Buffer.from(given.text) : null,
  })
}

/** Takes a file to be read. Throws ApiError `invalid_request` with every fault. */
export async function addKnowledgeFile(
  deps: AddKnowledgeDeps,
  account: AccountId,
  { fields, file }: SentFile,
): Promise<KnowledgeRow> {
  const read = addKnowledgeFileSchema.safeParse(fields, { reportInput: true })
  const errors = [...(read.success ? [] : faultsOf(read.error)), ...fileFaults(file)]
  if (!read.success || file === null || errors.length > 0) throw new ApiError('invalid_request', { errors })
  const { name = file.name.slice(0, 200), language } = read.data
  return await store(deps, {
    account,
    type: 'file',
    name,
    language: canonicalLanguage(language),
    url: null,
    fileName: file.name.slice(-200),
    content: file.bytes,
  })
}

function fileFaults(file: SentFile['file']): Fault[] {
  if (file === null) return [{ path: 'file', message: 'A file must be given', code: 'required' }]
  if (file.bytes.length === 0) return [{ path: 'file', message: 'The file is empty', code: 'too_small' }]
  if (kindOfFile(file.name) !== null) return []
  return [{ path: 'file', message: `Must be one of ${knownExtensions}`, code: 'unknown_file_kind' }]
}

/** Changes what the body gives. Throws ApiError `invalid_request`, or `not_found`. */
export async function reviseKnowledge(
  { database, jobs, alongside, urlFault }: AddKnowledgeDeps,
  of: { account: AccountId; id: string },
  body: unknown,
): Promise<KnowledgeRow> {
  const read = changeKnowledgeSchema.safeParse(body, { reportInput: true })
  if (!read.success) throw new ApiError('invalid_request', { errors: faultsOf(read.error) })
  const { name, text, url } = read.data
  const row = await findKnowledge(database, of)
  if (row === null) throw unknownKnowledge()
  const foreign = [
    text !== undefined && row.type !== 'text' ? 'text' : null,
    url !== undefined && row.type !== 'web' ? 'url' : null,
  ]
  const errors = foreign.flatMap(path =>
    path === null
      ? []
      : [{ path, message: `Knowledge of type ${row.type} has none`, code: 'mutually_exclusive' }],
  )
  if (errors.length > 0) throw new ApiError('invalid_request', { errors })
  refuseUrl({ urlFault }, url)
  const change: KnowledgeChange = {
    ...(name === undefined ? {} : { name }),
    ...(text === undefined ? {} : { source: { url: null, content: Buffer.from(text) } }),
    ...(url === undefined ? {} : { source: { url, content: null } }),
  }
  const changed = await database.kysely.transaction().execute(async trx => {
    const after = await changeKnowledge(trx, { ...of, change })
    if (after && change.source)
      await jobs.send('read-knowledge', { knowledgeId: after.id }, { transaction: trx })
    if (after) await alongside?.(trx, after)
    return after
  })
  return changed ?? Promise.reject(unknownKnowledge())
}

function refuseUrl({ urlFault }: Pick<AddKnowledgeDeps, 'urlFault'>, url: string | undefined): void {
  const fault = url === undefined ? null : urlFault(url)
  if (fault === null) return
  const errors = [{ path: 'url', message: `Not allowed: ${fault}`, code: 'url_not_allowed' }]
  throw new ApiError('invalid_request', { errors })
}

export function unknownKnowledge(): ApiError {
  return new ApiError('not_found', { detail: 'No such knowledge base' })
}

async function store(
  { database, jobs, alongside }: AddKnowledgeDeps,
  given: NewKnowledge,
): Promise<KnowledgeRow> {
  return await database.kysely.transaction().execute(async trx => {
    const row = await insertKnowledge(trx, given)
    await alongside?.(trx, row)
    await jobs.send('read-knowledge', { knowledgeId: row.id }, { transaction: trx })
    return row
  })
}
