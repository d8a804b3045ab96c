import { Readable } from 'node:stream'
import { ApiError } from '@parley/contract/errors'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { isValidLink } from '../../domain/signed-link.ts'
import type { RecordingFile } from '../../files/recordings.ts'
import { recordingPath } from '../../store/call-object.ts'
import { findCall, findLinkedCall } from '../../store/calls.ts'
import { auditRequest } from '../act.ts'
import { audioAnswer, type AudioFormat, audioFormat, audioFormats, audioTypes } from '../audio-format.ts'
import { readRange } from '../byte-range.ts'
import { answers } from '../answers.ts'
import type { Api, HttpDeps } from '../deps.ts'
import { callParams } from './calls.ts'

const recordingQuery = z.strictObject({
  format: z.enum(audioFormats).optional().meta({ description: 'Default: by the `Accept` field, else WAV' }),
  expires: z.string().optional(),
  signature: z.string().optional(),
})
/** How soon somebody who was put off asks again, in seconds. */
const askAgainSeconds = 10
const noRecording = () => new ApiError('not_found', { detail: 'There is no recording of this call' })

/** The stereo recording, as WAV or MP3: with a key, or by the signed link that the call carries. */
export function recordingRoutes(app: Api, deps: HttpDeps): void {
  app.get(
    '/v1/calls/:id/recording',
    {
      config: { access: 'calls:read', opensBySignedLink: true },
      schema: {
        tags: ['Calls'],
        summary: 'The recording: stereo WAV or MP3, callee left, agent right; byte ranges',
        params: callParams,
        querystring: recordingQuery,
        response: { ...answers({}), 200: audioAnswer },
      },
    },
    async (request, reply) => {
      const format = audioFormat(request.headers.accept, request.query.format)
      reply.header('vary', 'accept')
      const call = await callOf(deps, request, request.params.id)
      if (call?.recording_path === null || call === null) throw noRecording()
      const file = await openAs(format, deps, { path: call.recording_path, owner: call.account_id })
      if (file === null) throw noRecording()
      return await sendFile(request, reply, { file, format, name: `${call.id}.${format}` })
    },
  )
}

async function openAs(
  format: AudioFormat,
  { recordings }: HttpDeps,
  { path, owner }: { path: string; owner: string },
): Promise<RecordingFile | null> {
  if (format === 'wav') return await recordings.openForRead(path)
  const file = await recordings.openMp3(path, owner)
  if (file !== 'busy') return file
  const detail = 'The MP3 is being made; ask again soon, or take the WAV'
  throw new ApiError('unavailable', { detail, retryAfterSeconds: askAgainSeconds })
}

async function callOf(deps: HttpDeps, request: FastifyRequest, id: string) {
  const { database, links } = deps
  if (request.holder !== null) {
    const call = await findCall(database, { account: request.holder.accountId, id })
    // A player asks for one piece after the other; the first one counts.
    const isFirst = request.headers.range === undefined || request.headers.range.startsWith('bytes=0-')
    if (call !== null && isFirst && request.method === 'GET') await tellOf(deps, request, call.id)
    return call
  }
  const { expires = '', signature = '' } = request.query as z.output<typeof recordingQuery>
  const link = { path: recordingPath(id), expires, signature }
  if (!isValidLink(link, { secret: links.secret, now: Date.now() / 1000 })) throw new ApiError('invalid_link')
  return await findLinkedCall(database, id)
}

async function tellOf(deps: HttpDeps, request: FastifyRequest, id: string): Promise<void> {
  const told = { action: 'recording.fetched', target: ['call', id] } as const
  await deps.database.kysely.transaction().execute(trx => auditRequest(trx, deps, { request, told }))
}

async function sendFile(
  request: FastifyRequest,
  reply: FastifyReply,
  { file, format, name }: { file: RecordingFile; format: AudioFormat; name: string },
): Promise<FastifyReply> {
  const size = file.sizeBytes
  const range = readRange(request.headers.range, size)
  reply
    .header('accept-ranges', 'bytes')
    // Pages of customers play recordings by their links.
    .header('cross-origin-resource-policy', 'cross-origin')
    .header('cache-control', 'private, max-age=3600')
    .header('last-modified', file.modifiedAt.toUTCString())
    .header('content-disposition', `inline; filename="${name}"`)
  if (range === 'unsatisfiable') {
    await file[Symbol.asyncDispose]()
    reply.header('content-range', `bytes */${size}`)
    throw new ApiError('range_not_satisfiable')
  }
  const { start, end } = range === 'whole' ? { start: 0, end: size - 1 } : range
  if (range !== 'whole') reply.code(206).header('content-range', `bytes ${start}-${end}/${size}`)
  reply.type(audioTypes[format]).header('content-length', String(end - start + 1))
  if (request.method === 'HEAD') {
    await file[Symbol.asyncDispose]()
    return await reply.send(Readable.from([]))
  }
  return await reply.send(file.read({ start, end }))
}
