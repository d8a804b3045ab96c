import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { ApiError, type Fault } from '@parley/contract/errors'
import { createLeadImportSchema } from '@parley/contract/lead-lists'
import type { BulkLead } from '@parley/contract/leads'
import { CsvError, type Info, parse } from 'csv-parse'
import type { AccountId } from '../domain/ids.ts'
import type { Database, Transaction } from '../store/database.ts'
import {
  countBatch,
  endImport,
  findLeadImport,
  type HeldImport,
  insertLeadImport,
  type LeadImportRow,
  type RowFault,
  takeImport,
} from '../store/lead-imports.ts'
import { storeLeads } from '../store/leads.ts'
import { type LeadColumns, readHeader, readRow } from './lead-file.ts'
import { ownList } from './own-leads.ts'

/**
 * Files of leads of any size: read as they arrive, stored batch by batch, at no time held whole. What has committed
 * stays when the file breaks off; the file is then sent again, which finds those leads.
 */

const batchRows = 1_000
const longestRowBytes = 1024 * 1024
/** Past this many, faults are counted and no longer kept. */
const mostFaults = 10_000
/** For the next bytes of the file. */
const idleMs = 60_000

export async function createLeadImport(
  deps: { database: Database; alongside?: (trx: Transaction, row: LeadImportRow) => Promise<void> },
  account: AccountId,
  body: unknown,
): Promise<LeadImportRow> {
  const { list_id: listId, on_duplicate: onDuplicate, country = null } = createLeadImportSchema.parse(body)
  return await deps.database.kysely.transaction().execute(async trx => {
    const list = await ownList(trx, account, listId)
    const row = await insertLeadImport(trx, { account, list, onDuplicate, country })
    await deps.alongside?.(trx, row)
    return row
  })
}

export function unknownImport(): never {
  throw new ApiError('not_found', { detail: 'No such import' })
}

interface ImportDeps {
  readonly database: Database
  /** What else must be stored if and only if the import ends, however it does. */
  readonly ended?: (trx: Transaction, row: LeadImportRow) => Promise<void>
}

/**
 * Reads the import's file to its end, and answers what came of it: a file that can not be read is a failed import.
 * Throws ApiError `not_found`, or `conflict` where the import is completed or its file is being read.
 */
export async function importLeads(
  deps: ImportDeps,
  of: { readonly account: AccountId; readonly id: string },
  file: Readable,
): Promise<LeadImportRow> {
  const { database } = deps
  const found = (await findLeadImport(database, of)) ?? unknownImport()
  const held = await database.kysely.transaction().execute(trx => takeImport(trx, found.id))
  if (held === null) {
    const detail = 'The import is completed, or its file is being read'
    throw new ApiError('conflict', { detail, current_status: found.status })
  }
  try {
    await readFile(database, held, file)
    await end(deps, held, null)
  } catch (error) {
    await end(deps, held, reasonOf(error))
    if (!isOfTheFile(error)) throw error
  }
  return (await findLeadImport(database, of)) ?? unknownImport()
}

async function end({ database, ended }: ImportDeps, held: HeldImport, error: string | null): Promise<void> {
  await database.kysely.transaction().execute(async trx => {
    const row = await endImport(trx, held, error)
    if (row !== null) await ended?.(trx, row)
  })
}

/** The file itself is at fault, or whoever sends it. */
class FileFault extends Error {}

function isOfTheFile(error: unknown): error is Error {
  return error instanceof FileFault || error instanceof CsvError
}

function reasonOf(error: unknown): string {
  if (isOfTheFile(error)) return error.message
  return 'The file was not read to its end; send it again'
}

interface Row {
  readonly record: string[]
  readonly info: Info
}

async function readFile(database: Database, held: HeldImport, file: Readable): Promise<void> {
  const rows = parse({
    bom: true,
    info: true,
    relax_column_count: true,
    skip_empty_lines: true,
    max_record_size: longestRowBytes,
  })
  await pipeline(unlessIdle(file), rows, async (source: AsyncIterable<Row>) => {
    const writer = new BatchWriter(database, held)
    for await (const row of source) await writer.add(row)
    await writer.finish()
  })
}

/** Throws when the sender stops sending. */
async function* unlessIdle(file: Readable): AsyncGenerator<Buffer> {
  const timer = setTimeout(() => file.destroy(new FileFault('The rest of the file did not come')), idleMs)
  try {
    for await (const chunk of file) {
      timer.refresh()
      yield chunk as Buffer
    }
  } finally {
    clearTimeout(timer)
  }
}

class BatchWriter {
  readonly #database: Database
  readonly #held: HeldImport
  #columns: LeadColumns | null = null
  #leads: BulkLead[] = []
  #faults: RowFault[] = []
  #rejected = 0
  #faultsKept = 0
  #bytesRead = 0

  constructor(database: Database, held: HeldImport) {
    this.#database = database
    this.#held = held
  }

  async add({ record, info }: Row): Promise<void> {
    this.#bytesRead = info.bytes
    if (this.#columns === null) {
      const header = readHeader(record)
      if ('fault' in header) throw new FileFault(header.fault)
      this.#columns = header
      return
    }
    const read = readRow(this.#columns, record, this.#held.country)
    if ('lead' in read) this.#leads.push(read.lead)
    else this.#reject(info.records + info.empty_lines, read.faults)
    if (this.#leads.length + this.#rejected >= batchRows) await this.#store()
  }

  async finish(): Promise<void> {
    if (this.#columns === null) throw new FileFault('The file is empty')
    await this.#store()
  }

  #reject(row: number, faults: readonly Fault[]): void {
    this.#rejected += 1
    const room = Math.max(0, mostFaults - this.#faultsKept)
    const kept = faults.slice(0, room).map(fault => ({ ...fault, row }))
    this.#faultsKept += kept.length
    this.#faults.push(...kept)
  }

  async #store(): Promise<void> {
    const { account_id: account, list_id: list, on_duplicate: onDuplicate } = this.#held
    const entries = this.#leads
    const told = { rejected: this.#rejected, faults: this.#faults, bytesRead: this.#bytesRead }
    this.#leads = []
    this.#faults = []
    this.#rejected = 0
    await this.#database.kysely.transaction().execute(async trx => {
      const counts = await storeLeads(trx, { account, entries, onDuplicate, list })
      const batch = { ...counts, ...told, rows: entries.length + told.rejected }
      if (!(await countBatch(trx, this.#held, batch)))
        throw new FileFault('The file is being read anew by another request')
    })
  }
}
