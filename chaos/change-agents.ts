import { setTimeout as sleep } from 'node:timers/promises'
import { type Asker, get, pauseMs, post } from './ask.ts'

const everyMs = 1_000
const options = { task: 'Say hello and answer.' }

/** Somebody who works at the settings meanwhile: one agent after the other, each asked for until it is there. */
export async function changeAgents(asker: Asker, withinMs: number, signal: AbortSignal): Promise<string[]> {
  const made: string[] = []
  const until = performance.now() + withinMs
  for (let tries = 0; performance.now() < until; tries += 1) {
    const body = { name: `Agent ${made.length}`, options }
    const wanted = { path: '/v1/agents', place: `chaos-agent-${made.length}`, body, tries }
    const agent = await post<{ id: string }>(asker, wanted)
    if (agent !== null) made.push(agent.id)
    await sleep(agent === null ? pauseMs : everyMs, undefined, { signal })
  }
  return made
}

/** Whether the platform says of its own audit log that nothing is missing from it or was changed. */
export async function isAuditIntact(asker: Asker, signal: AbortSignal): Promise<boolean> {
  for (let tries = 0; ; tries += 1) {
    const verdict = await get<{ intact: boolean }>(asker, '/v1/audit/verify', tries)
    if (verdict !== null) return verdict.intact
    await sleep(pauseMs, undefined, { signal })
  }
}
