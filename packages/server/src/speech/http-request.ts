import { type JsonObject, parseObject } from './json-object.ts'
import { VoiceFault } from './port.ts'
import { faultKindOfStatus, type Origin, toldFault } from './voice-fault.ts'

/** A request to a provider's HTTP API, which is answered with a small JSON object, or nothing. */
export interface ProviderRequest extends Origin {
  readonly url: URL
  readonly method: 'POST' | 'DELETE'
  readonly headers: Readonly<Record<string, string>>
  readonly body?: FormData
  /** What the provider says of a refusal. */
  readonly complaint: (answer: JsonObject) => string | null
}

/** More than an answer of this kind ever takes. */
const mostAnswerBytes = 64 * 1024

/** Resolves with what was answered; null for a 404. Rejects with VoiceFault, or with the reason of the signal. */
export async function askProvider(asked: ProviderRequest, signal: AbortSignal): Promise<JsonObject | null> {
  const { url, method, headers, body, provider, complaint } = asked
  let status: number
  let answer: JsonObject
  try {
    const response = await fetch(url, {
      method,
      headers: { ...headers },
      signal,
      redirect: 'error',
      ...(body === undefined ? {} : { body }),
    })
    status = response.status
    answer = parseObject(await textOf(response)) ?? {}
  } catch (error) {
    if (signal.aborted) throw signal.reason
    if (error instanceof VoiceFault) throw error
    // fetch tells network trouble in errors that carry addresses and nothing to act on.
    throw new VoiceFault(provider, 'unreachable', { message: 'the connection broke' })
  }
  if (status === 404) return null
  if (status < 300) return answer
  throw toldFault(asked, faultKindOfStatus(status), complaint(answer) ?? `the server answered HTTP ${status}`)
}

async function textOf(response: Response): Promise<string> {
  let text = ''
  for await (const bytes of response.body ?? []) {
    text += Buffer.from(bytes).toString('latin1')
    if (text.length > mostAnswerBytes) break
  }
  return Buffer.from(text, 'latin1').toString()
}

/** A provider whose streams have a `wss:` address has its HTTP API at the same place. */
export function httpUrl(root: string, path: string): URL {
  return new URL(path, root.replace(/^ws/u, 'http'))
}
