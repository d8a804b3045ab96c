import { randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { z } from 'zod'
import type { Log } from '../loopback.ts'
import { readForm } from '../read-form.ts'

const PATH = /^\/voices\/(?<voice>[^/]+)$/u

const fields = z.strictObject({
  name: z.string().min(1),
  language: z.string().regex(/^[a-z]{2}$/u),
  description: z.string().optional(),
  accent: z.string().optional(),
  base_voice_id: z.string().optional(),
})

/** Whether a request is `POST /voices/clone` or `DELETE /voices/{id}`. */
export function isOfVoices({ method, url = '' }: IncomingMessage): boolean {
  const voice = PATH.exec(url)?.groups?.['voice']
  return voice === 'clone' ? method === 'POST' : voice !== undefined && method === 'DELETE'
}

/** Voices made of recordings. */
export class ClonedVoices {
  readonly #voices = new Set<string>()

  async answer(request: IncomingMessage, response: ServerResponse, log: Log): Promise<void> {
    if (request.method === 'DELETE') return this.#remove(request, response, log)
    const form = await readForm(request)
    const read = fields.safeParse(form?.fields)
    const [clip] = form?.files ?? []
    if (!read.success || clip?.field !== 'clip') {
      log('in', 'invalid', { issues: read.error?.issues ?? null })
      return say(response, 400, { error_code: 'invalid_request', message: 'clip, name and language' })
    }
    log('in', 'voices.clone', { ...read.data, clip })
    const id = randomUUID()
    this.#voices.add(id)
    const made = { description: '', tagline: '', access: 'private', visibility: 'owner', user_id: 'user_1' }
    say(response, 200, { ...made, ...read.data, id, created_at: new Date().toISOString() })
  }

  #remove({ url = '' }: IncomingMessage, response: ServerResponse, log: Log): void {
    const voice = decodeURIComponent(PATH.exec(url)?.groups?.['voice'] ?? '')
    log('in', 'voices.delete', { voice })
    if (this.#voices.delete(voice)) response.writeHead(204).end()
    else say(response, 404, { error_code: 'voice_not_found', message: 'There is no such voice' })
  }
}

function say(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}
