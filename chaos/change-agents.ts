import { setTimeout as sleep } from 'node:timers/promises'
import type { Customer } from './place-calls.ts'

const everyMs = 1_000
const tryMs = 10_000
const pauseMs = 500

/** Somebody who works at the settings meanwhile: one agent after the other, each asked for until it is there. */
export async function changeAgents(
  { apis, key }: Customer,
  withinMs: number,
  signal: AbortSignal,
): Promise<string[]> {
  const made: string[] = []
  const until = performance.now() + withinMs
  for (let tries = 0; performance.now() < until; tries += 1) {
    const id = await makeAgent(apis[tries % apis.length] ?? '', key, made.length)
    if (id !== null) made.push(id)
    await sleep(id === null ? pauseMs : everyMs, undefined, { signal })
  }
  return made
}

/** Null: nobody knows what became of it; the next try is of the same agent. */
async function makeAgent(api: string, key: string, place: number): Promise<string | null> {
  const answer = await fetch(`${api}/v1/agents`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${key}`,
      'content-type': 'application/json',
      'idempotency-key': `chaos-agent-${place}`,
    },
    body: JSON.stringify({ name: `Agent ${place}`, options: { task: 'Say hello and answer.' } }),
    signal: AbortSignal.timeout(tryMs),
  }).catch(() => null)
  const text = (await answer?.text().catch(() => null)) ?? null
  if (answer === null || text === null) return null
  if (answer.status === 201) return (JSON.parse(text) as { id: string }).id
  if (answer.status >= 500 || answer.status === 409 || answer.status === 429) return null
  throw new Error(`POST /v1/agents answered ${answer.status}: ${text}`)
}

/** Whether the platform says of its own audit log that nothing is missing from it or was changed. */
export async function isAuditIntact({ apis, key }: Customer, signal: AbortSignal): Promise<boolean> {
  for (let tries = 0; ; tries += 1) {
    const answer = await fetch(`${apis[tries % apis.length]}/v1/audit/verify`, {
      headers: { authorization: `Bearer ${key}` },
      signal: AbortSignal.timeout(tryMs),
    }).catch(() => null)
    if (answer?.status === 200) return ((await answer.json()) as { intact: boolean }).intact
    await sleep(pauseMs, undefined, { signal })
  }
}
