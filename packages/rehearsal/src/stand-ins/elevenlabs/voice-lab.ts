import type { IncomingMessage, ServerResponse } from 'node:http'
import { z } from 'zod'
import type { Log } from '../loopback.ts'
import { readForm } from '../read-form.ts'

export type LabAnswer = 'ready' | 'to be verified' | 'no room'

const PATH = /^\/v1\/voices\/(?<voice>[^/]+)$/u

const fields = z.strictObject({
  name: z.string().min(1),
  description: z.string().optional(),
  labels: z.string().optional(),
  remove_background_noise: z.enum(['true', 'false']).optional(),
})

/** Whether a request is for the voices of the account, `POST /v1/voices/add` or `DELETE /v1/voices/{id}`. */
export function isOfLab({ method, url = '' }: IncomingMessage): boolean {
  const voice = PATH.exec(url)?.groups?.['voice']
  return voice === 'add' ? method === 'POST' : voice !== undefined && method === 'DELETE'
}

/** Voices made of recordings. */
export class VoiceLab {
  readonly #answer: LabAnswer
  readonly #voices = new Set<string>()
  #made = 0

  constructor(answer: LabAnswer = 'ready') {
    this.#answer = answer
  }

  async answer(request: IncomingMessage, response: ServerResponse, log: Log): Promise<void> {
    const { status, body } =
      request.method === 'POST' ? await this.#add(request, log) : this.#remove(request, log)
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
  }

  async #add(request: IncomingMessage, log: Log): Promise<{ status: number; body: object }> {
    const form = await readForm(request)
    const read = fields.safeParse(form?.fields)
    const files = form?.files ?? []
    if (!read.success || files.length === 0 || files.some(({ field }) => field !== 'files')) {
      log('in', 'invalid', { issues: read.error?.issues ?? null, files })
      return { status: 422, body: { detail: [{ loc: ['body'], msg: 'Field required', type: 'missing' }] } }
    }
    log('in', 'voices.add', { ...read.data, files })
    if (this.#answer === 'no room')
      return refusal('voice_limit_reached', 'You have reached the limit of voices.')
    const voice = `cloned${String((this.#made += 1)).padStart(14, '0')}`
    this.#voices.add(voice)
    return {
      status: 200,
      body: { voice_id: voice, requires_verification: this.#answer === 'to be verified' },
    }
  }

  #remove({ url = '' }: IncomingMessage, log: Log): { status: number; body: object } {
    const voice = decodeURIComponent(PATH.exec(url)?.groups?.['voice'] ?? '')
    log('in', 'voices.delete', { voice })
    if (this.#voices.delete(voice)) return { status: 200, body: { status: 'ok' } }
    return refusal('voice_does_not_exist', `A voice with voice_id ${voice} does not exist.`)
  }
}

function refusal(status: string, message: string): { status: number; body: object } {
  return { status: 400, body: { detail: { status, message } } }
}
