import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { z } from 'zod'

/**
 * A backup is a folder:
 *
 *     manifest.json        what is in it, with the SHA-256 of every other file; written last
 *     tables/SCHEMA.NAME   rows as PostgreSQL's COPY writes them (text format), of one moment
 *     recordings/….wav     finished recordings
 *     master.key           only where it was asked for
 */

const file = z.strictObject({ path: z.string(), bytes: z.int(), sha256: z.string() })

const manifestSchema = z.strictObject({
  format: z.literal('parley-backup-1'),
  created_at: z.string(),
  /** Files of `store/migrations` that the tables are made by, in their order. */
  migrations: z.array(z.string()),
  tables: z.array(
    z.strictObject({
      schema: z.string(),
      name: z.string(),
      columns: z.array(z.string()),
      rows: z.int(),
      file,
    }),
  ),
  recordings: z.array(file),
  master_key: file.nullable(),
})
export type Manifest = z.infer<typeof manifestSchema>
export type ArchivedFile = z.infer<typeof file>

export const manifestName = 'manifest.json'

/** What an operator can put right: told in a sentence, without a stack. */
export class OperatorError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'OperatorError'
  }
}

/** Throws OperatorError where the folder is no backup, or one that this version can not read. */
export async function readManifest(folder: string): Promise<Manifest> {
  const text = await readFile(join(folder, manifestName), 'utf8').catch((cause: unknown) => {
    throw new OperatorError(
      `${folder} holds no ${manifestName}: it is no backup, or one that was not finished`,
      {
        cause,
      },
    )
  })
  try {
    return manifestSchema.parse(JSON.parse(text))
  } catch (cause) {
    throw new OperatorError(`${join(folder, manifestName)} can not be read by this version of Parley`, {
      cause,
    })
  }
}

/** Size and checksum of a file as it is. `path` is relative to the folder. */
export async function describeFile(folder: string, path: string): Promise<ArchivedFile> {
  const hash = createHash('sha256')
  let bytes = 0
  await pipeline(createReadStream(join(folder, path)), async source => {
    for await (const chunk of source as AsyncIterable<Buffer>) {
      hash.update(chunk)
      bytes += chunk.length
    }
  })
  return { path, bytes, sha256: hash.digest('hex') }
}

/** Throws OperatorError that names every file which is missing or not as it was written. */
export async function verifyFiles(
  folder: string,
  { tables, recordings, master_key }: Manifest,
): Promise<void> {
  const wanted = [
    ...tables.map(table => table.file),
    ...recordings,
    ...(master_key === null ? [] : [master_key]),
  ]
  const faults: string[] = []
  for (const one of wanted) {
    const found = await describeFile(folder, one.path).catch(() => null)
    if (found === null) faults.push(`${one.path} is missing`)
    else if (found.sha256 !== one.sha256) faults.push(`${one.path} was changed`)
  }
  if (faults.length > 0) throw new OperatorError(`The backup is damaged: ${faults.join('; ')}`)
}
