import type { Outgoing } from './outgoing.ts'

/** A `fetch` for libraries that ask for one, by the same rules as all that leaves; redirects are handed back. */
export function guardedFetch(outgoing: Outgoing, limits: { maxBytes: number; timeoutMs: number }) {
  return async (input: string | URL, init: RequestInit = {}): Promise<Response> => {
    const deadline = AbortSignal.timeout(limits.timeoutMs)
    const signal = init.signal ? AbortSignal.any([init.signal, deadline]) : deadline
    const method = methodOf(init.method)
    const headers = Object.fromEntries(new Headers(init.headers))
    const body = bodyOf(init.body)
    const message = body === undefined ? { method, headers } : { method, headers, body }
    await using answer = await outgoing.request(String(input), message, signal)
    const bytes = bodiless.has(answer.status) ? null : await answer.read(limits.maxBytes)
    return new Response(bytes === null ? null : Buffer.from(bytes), {
      status: answer.status,
      headers: copied.flatMap((name): [string, string][] => {
        const value = answer.header(name)
        return value === undefined ? [] : [[name, value]]
      }),
    })
  }
}

/** The fields that protocols over HTTP look at. */
const copied = ['content-type', 'location', 'mcp-session-id', 'www-authenticate', 'retry-after']
const bodiless: ReadonlySet<number> = new Set([101, 204, 205, 304])
const methods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const

function methodOf(given = 'GET'): (typeof methods)[number] {
  const known = methods.find(method => method === given.toUpperCase())
  if (known === undefined) throw new TypeError(`The method ${given} is not used here`)
  return known
}

function bodyOf(body: RequestInit['body']): string | Uint8Array | undefined {
  if (body === undefined || body === null) return undefined
  if (typeof body === 'string' || body instanceof Uint8Array) return body
  throw new TypeError('Only texts and bytes are sent here')
}
