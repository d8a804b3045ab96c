import { expect, test } from 'vitest'
import { readEventStream, type ServerEvent } from './event-stream.ts'

const stream =
  ': hello\n\nid: 1\nevent: queued\ndata: {"sequence":1}\n\n' +
  'id: 2\r\nevent: transcript\r\ndata: {"text":\r\ndata: "Grüß dich"}\r\n\r\nretry: 10\n\nevent: lost\n\ndata: plain\n\n'

async function* inPieces(text: string, size: number): AsyncGenerator<Uint8Array> {
  const bytes = new TextEncoder().encode(text)
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}

test.each([1, 2, 3, 7, 1_000])('reads events however the bytes are cut: %i at a time', async size => {
  const events: ServerEvent[] = []
  for await (const event of readEventStream(inPieces(stream, size))) events.push(event)
  expect(events).toEqual([
    { id: '1', type: 'queued', data: '{"sequence":1}' },
    { id: '2', type: 'transcript', data: '{"text":\n"Grüß dich"}' },
    { id: '2', type: 'message', data: 'plain' },
  ])
})

test('a stream without line ends is given up', async () => {
  const endless = async (): Promise<void> => {
    for await (const _ of readEventStream(inPieces('x'.repeat(2_000_000), 65_536))) expect.unreachable()
  }
  await expect(endless()).rejects.toThrow(/too long/)
})
