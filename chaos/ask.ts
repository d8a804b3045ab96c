/** Who asks, and where. */
export interface Asker {
  readonly apis: readonly string[]
  readonly key: string
}

const tryMs = 10_000
export const pauseMs = 500

/**
 * One try to make something; `place` is its name, so that each try is of the same thing. Null: nobody knows what became
 * of it, or it is to be asked again. Throws where asking again would be of no use.
 */
export async function post<Made>(
  { apis, key }: Asker,
  { path, place, body, tries }: { path: string; place: string; body: object; tries: number },
): Promise<Made | null> {
  const answer = await fetch(`${apis[tries % apis.length] ?? ''}${path}`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${key}`,
      'content-type': 'application/json',
      'idempotency-key': place,
    },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(tryMs),
  }).catch(() => null)
  const text = (await answer?.text().catch(() => null)) ?? null
  if (answer === null || text === null) return null
  if (answer.status === 201) return JSON.parse(text) as Made
  if (answer.status >= 500 || answer.status === 409 || answer.status === 429) return null
  throw new Error(`POST ${path} answered ${answer.status}: ${text}`)
}

/** What stands at a path; null: it is to be asked again. */
export async function get<Found>({ apis, key }: Asker, path: string, tries: number): Promise<Found | null> {
  const answer = await fetch(`${apis[tries % apis.length] ?? ''}${path}`, {
    headers: { authorization: `Bearer ${key}` },
    signal: AbortSignal.timeout(tryMs),
  }).catch(() => null)
  return answer?.status === 200 ? ((await answer.json()) as Found) : null
}
