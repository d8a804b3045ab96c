import { randomUUID } from 'node:crypto'

/**
 * A message of the protocol that Azure's Speech SDKs speak over WebSocket: headers as in HTTP, an empty line,
 * and a body. In binary frames two bytes before the headers tell their length.
 *
 *   text     Path: speech.hypothesis CRLF X-RequestId: … CRLF CRLF {"Text":…}
 *   binary   +--------+------------------------+-------
 *            | length | Path: audio CRLF …     | audio
 *            +--------+------------------------+-------
 */
export interface UspMessage {
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer
}

/** Null for what is no message. */
export function readUsp(frame: Buffer, isBinary: boolean): UspMessage | null {
  const [head, body] = isBinary ? splitBinary(frame) : splitText(frame)
  if (head === null || body === null) return null
  const headers: Record<string, string> = {}
  for (const line of head.split('\r\n')) {
    const colon = line.indexOf(':')
    if (colon > 0) headers[line.slice(0, colon).trim().toLowerCase()] = line.slice(colon + 1).trim()
  }
  const { path } = headers
  return path === undefined ? null : { path: path.toLowerCase(), headers, body }
}

/** A text frame. */
export function writeUsp(path: string, requestId: string, body: object): string {
  const head = `X-RequestId:${requestId}\r\nContent-Type:application/json; charset=utf-8\r\nPath:${path}\r\n`
  return `${head}\r\n${JSON.stringify(body)}`
}

/** A binary frame that carries audio. */
export function writeUspAudio(requestId: string, streamId: string, audio: Uint8Array): Buffer {
  const head = Buffer.from(`X-RequestId:${requestId}\r\nX-StreamId:${streamId}\r\nPath:audio\r\n`)
  const length = Buffer.alloc(2)
  length.writeUInt16BE(head.length)
  return Buffer.concat([length, head, audio])
}

export function newStreamId(): string {
  return randomUUID().replaceAll('-', '').toUpperCase()
}

function splitText(frame: Buffer): [string | null, Buffer | null] {
  const end = frame.indexOf('\r\n\r\n')
  return end < 0 ? [null, null] : [frame.subarray(0, end).toString(), frame.subarray(end + 4)]
}

function splitBinary(frame: Buffer): [string | null, Buffer | null] {
  if (frame.length < 2) return [null, null]
  const end = 2 + frame.readUInt16BE(0)
  return end > frame.length ? [null, null] : [frame.subarray(2, end).toString(), frame.subarray(end)]
}
