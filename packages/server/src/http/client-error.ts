import { ApiError, type ProblemCode, problems } from '@parley/contract/errors'
import { STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import { newId } from '../domain/new-id.ts'
import { problemOf, problemType } from './errors.ts'
import { bareHeaders } from './security-headers.ts'

/** What Node's parser refuses, by its codes. */
const refusals: Readonly<Record<string, ProblemCode>> = {
  HPE_HEADER_OVERFLOW: 'header_fields_too_large',
  ERR_HTTP_REQUEST_TIMEOUT: 'request_timeout',
}

/** What is no HTTP, too much or too slow never comes to a route: it is told as a problem all the same, and hung up on. */
export function answerClientError(publicUrl: string) {
  return (error: Error & { code?: string }, socket: Socket): void => {
    // Whoever has gone, or is in the middle of an answer, can be told nothing.
    if (error.code === 'ECONNRESET' || !socket.writable || socket.bytesWritten > 0) {
      socket.destroy()
      return
    }
    const refusal = new ApiError(refusals[error.code ?? ''] ?? 'bad_request', { detail: 'No HTTP request' })
    const instance = newId()
    const body = JSON.stringify(problemOf(refusal, { publicUrl, instance }))
    const { status } = problems[refusal.code]
    const fields = {
      ...bareHeaders,
      'x-request-id': instance,
      'content-type': problemType,
      'content-length': String(Buffer.byteLength(body)),
      connection: 'close',
    }
    const lines = Object.entries(fields).map(([name, value]) => `${name}: ${value}`)
    socket.end([`HTTP/1.1 ${status} ${STATUS_CODES[status]}`, ...lines, '', body].join('\r\n'))
  }
}
