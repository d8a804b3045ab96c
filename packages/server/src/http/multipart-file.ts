import { createHash } from 'node:crypto'
import { ApiError } from '@parley/contract/errors'
import { mostFileBytes } from '@parley/contract/knowledge'
import multipart from '@fastify/multipart'
import type { FastifyRequest } from 'fastify'
import type { SentFile } from '../knowledge/add-knowledge.ts'
import type { Api } from './deps.ts'

const longestField = 10_000

/** `multipart/form-data` with one file, for routes that ask for it. */
export async function acceptFiles(app: Api): Promise<void> {
  await app.register(multipart, {
    limits: { fileSize: mostFileBytes, files: 1, fields: 10, parts: 11, fieldSize: longestField },
  })
}

/** Reads the body. Throws ApiError where it is broken, or its file larger than `mostBytes`. */
export async function readSentFile(
  request: FastifyRequest,
  mostBytes: number = mostFileBytes,
): Promise<SentFile> {
  const fields: Record<string, unknown> = Object.create(null) as Record<string, unknown>
  let file: SentFile['file'] = null
  try {
    for await (const part of request.parts({ limits: { fileSize: mostBytes } })) {
      if (part.type === 'field') fields[part.fieldname] = part.value
      else {
        const bytes = await part.toBuffer()
        if (part.fieldname === 'file') file = { name: part.filename ?? '', bytes }
        else fields[part.fieldname] = 'a file'
      }
    }
  } catch (error) {
    throw multipartFault(error, mostBytes)
  }
  return { fields: { ...fields }, file }
}

/** What tells two bodies apart, for `Idempotency-Key`. */
export function fingerprintOf({ fields, file }: SentFile): object {
  const hash = file === null ? null : createHash('sha256').update(file.bytes).digest('hex')
  return { fields, file: file === null ? null : { name: file.name, hash } }
}

function multipartFault(error: unknown, mostBytes: number): unknown {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  if (code === 'FST_REQ_FILE_TOO_LARGE' || code === 'FST_PARTS_LIMIT' || code === 'FST_FILES_LIMIT')
    return new ApiError('payload_too_large', {
      detail: `One file of at most ${mostBytes / 1024 / 1024} MiB`,
      cause: error,
    })
  if (code !== '') return error
  return new ApiError('bad_request', { detail: 'The multipart body can not be read', cause: error })
}
