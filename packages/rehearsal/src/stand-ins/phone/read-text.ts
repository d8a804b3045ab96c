import type { IncomingMessage } from 'node:http'

const largestBodyBytes = 256 * 1024

/** The request's body as text; cut off where it is longer than any that a client of a phone API sends. */
export async function readText(request: IncomingMessage): Promise<string> {
  const pieces: Buffer[] = []
  let length = 0
  for await (const piece of request as AsyncIterable<Buffer>) {
    length += piece.length
    if (length > largestBodyBytes) break
    pieces.push(piece)
  }
  return Buffer.concat(pieces).toString()
}
