import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { Webhook } from 'standardwebhooks'

export interface ToolServer extends AsyncDisposable {
  readonly url: string
  /** Bodies whose signature was right. */
  readonly asked: readonly Record<string, unknown>[]
}

/** A customer's function behind a URL: answers what is signed with the secret, and refuses the rest. */
export async function openToolServer(secret: string, result: unknown): Promise<ToolServer> {
  const asked: Record<string, unknown>[] = []
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    try {
      const headers = request.headers as Record<string, string>
      asked.push(new Webhook(secret).verify(await text(request), headers) as Record<string, unknown>)
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ result }))
    } catch {
      response.writeHead(401).end()
    }
  }
  const server = createServer((request, response) => void answer(request, response))
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}/slots`,
    asked,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise(resolve => server.close(resolve))
    },
  }
}
