import { Readable } from 'node:stream'
import { ApiError } from '@parley/contract/errors'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { isValidLink } from '../../domain/signed-link.ts'
import type { RecordingFile } from '../../files/recordings.ts'
import { recordingPath } from '../../store/call-object.ts'
import { findCall, findLinkedCall } from '../../store/calls.ts'
import { auditRequest } from '../act.ts'
import { readRange } from '../byte-range.ts'
import { answers } from '../answers.ts'
import type { Api, HttpDeps } from '../deps.ts'
import { callParams } from './calls.ts'

const linkQuery = z.strictObject({ expires: z.string().optional(), signature: z.string().optional() })
const noRecording = () => new ApiError('not_found', { detail: 'There is no recording of this call' })

/** The stereo WAV: with a key, or by the signed link that the call carries. */
export function recordingRoutes(app: Api, deps: HttpDeps): void {
  app.get(
    '/v1/calls/:id/recording',
    {
      config: { access: 'calls:read', opensBySignedLink: true },
      schema: {
        tags: ['Calls'],
        summary: 'The recording: stereo WAV, callee left, agent right; byte ranges',
        params: callParams,
        querystring: linkQuery,
        response: {
          ...answers({}),
          200: { description: 'audio/wav', content: { 'audio/wav': { schema: z.any() } } },
        },
      },
    },
    async (request, reply) => {
      const call = await callOf(deps, request, request.params.id)
      if (call?.recording_path === null || call === null) throw noRecording()
      const file = await deps.recordings.openForRead(call.recording_path)
      if (file === null) throw noRecording()
      return await sendFile(request, reply, { file, name: `${call.id}.wav` })
    },
  )
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
  const { expires = '', signature = '' } = request.query as z.output<typeof linkQuery>
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
  { file, name }: { file: RecordingFile; name: string },
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
  reply.type('audio/wav').header('content-length', String(end - start + 1))
  if (request.method === 'HEAD') {
    await file[Symbol.asyncDispose]()
    return await reply.send(Readable.from([]))
  }
  return await reply.send(file.read({ start, end }))
}
