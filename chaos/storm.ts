import { setTimeout as sleep } from 'node:timers/promises'
import type { Member } from './platform.ts'
import type { ChaosPostgres } from './postgres.ts'

export interface Storm {
  readonly members: readonly Member[]
  readonly postgres: Pick<ChaosPostgres, 'restart'>
  readonly random: () => number
  readonly say: (line: string) => void
}

export interface Damage {
  readonly kills: Readonly<Record<string, number>>
  readonly databaseRestarts: number
}

const killEveryMs = 5_000

/** Every five seconds one of the processes that serve is killed; the database crashes twice. */
export async function storm(
  { members, postgres, random, say }: Storm,
  lastsMs: number,
  signal: AbortSignal,
): Promise<Damage> {
  const kills: Record<string, number> = {}
  const crashes = crashTwice(postgres, { lastsMs, say }, signal)
  for (const endsAt = performance.now() + lastsMs; performance.now() < endsAt; ) {
    await sleep(killEveryMs, undefined, { signal })
    const up = members.filter(({ isUp }) => isUp)
    const member = up[Math.floor(random() * up.length)]
    if (!member) continue
    member.kill()
    kills[member.name] = (kills[member.name] ?? 0) + 1
    say(`killed ${member.name}`)
  }
  return { kills, databaseRestarts: await crashes }
}

async function crashTwice(
  postgres: Pick<ChaosPostgres, 'restart'>,
  { lastsMs, say }: { lastsMs: number; say: (line: string) => void },
  signal: AbortSignal,
): Promise<number> {
  let restarts = 0
  for (const _third of [1, 2]) {
    await sleep(lastsMs / 3, undefined, { signal })
    await postgres.restart()
    restarts += 1
    say('crashed the database and started it again')
  }
  return restarts
}
