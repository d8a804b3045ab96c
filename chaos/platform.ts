import { randomBytes } from 'node:crypto'
import { appendFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Child, startChild } from '@parley/rehearsal/demo/child'
import { noLimits } from '@parley/rehearsal/demo/no-limits'
import { freePort, host } from './free-port.ts'

export type Role = 'api' | 'worker'

/** One process of the platform, started again whenever it ends. */
export interface Member {
  readonly name: string
  readonly role: Role
  /** It serves now: one that is still starting has nothing to lose. */
  readonly isUp: boolean
  kill(): void
  /** Asks it to end in order; it is started again as well. */
  terminate(): void
}

/** API and worker processes on one database, as on many machines. */
export interface Platform extends AsyncDisposable {
  readonly members: readonly Member[]
  readonly apis: readonly string[]
  readonly key: string
  /** Where all processes write what they have to say. */
  readonly log: string
}

export interface PlatformOptions {
  readonly databaseUrl: string
  readonly natsUrl: string | null
  readonly trunk: string
  readonly maxCalls: number
  readonly callsPerSecond: number
  readonly webhookSecret: string
  readonly realtimeUrl: string
  readonly apis: number
  readonly workers: number
  readonly drainSeconds: number
}

const program = 'packages/server/src/main.ts'
const readyWithinMs = 300_000
const restartAfterMs = 300

export async function openPlatform(o: PlatformOptions): Promise<Platform> {
  await using opened = new AsyncDisposableStack()
  const dataDir = await mkdtemp(join(tmpdir(), 'parley-chaos-'))
  opened.defer(() => rm(dataDir, { recursive: true, force: true }))
  const key = `pk_live_${randomBytes(32).toString('base64url')}`
  const common = { ...environment(o), PARLEY_DATA_DIR: dataDir, PARLEY_ADMIN_KEY: key }
  const log = join(tmpdir(), `parley-chaos-${process.pid}.log`)
  const ports: number[] = []
  while (ports.length < o.apis) ports.push(await freePort())
  const apis = ports.map(port => `http://${host}:${port}`)
  const members: KeptMember[] = []
  for (const [index, port] of ports.entries())
    members.push(
      new KeptMember('api', `api ${index}`, { env: { ...common, PARLEY_HTTP_PORT: String(port) }, log }),
    )
  for (let index = 0; index < o.workers; index += 1)
    members.push(new KeptMember('worker', `worker ${index}`, { env: common, log }))
  for (const member of members) opened.use(member)
  await untilUp(members)
  const rest = opened.move()
  return { members, apis, key, log, [Symbol.asyncDispose]: () => rest.disposeAsync() }
}

/** The shell's own settings must not reach the run. */
function environment(o: PlatformOptions): Record<string, string | undefined> {
  return {
    DATABASE_URL: o.databaseUrl,
    NATS_URL: o.natsUrl ?? undefined,
    PARLEY_MASTER_KEY: randomBytes(32).toString('base64'),
    PARLEY_WEBHOOK_SECRET: o.webhookSecret,
    PARLEY_OWNED_NUMBERS: '+18005551234',
    PARLEY_HTTP_HOST: host,
    PARLEY_SIP_HOST: host,
    PARLEY_SIP_PORT: '0',
    PARLEY_MAX_CALLS: '50',
    PARLEY_RING_TIMEOUT_SECONDS: '10',
    PARLEY_DRAIN_SECONDS: String(o.drainSeconds),
    ...noLimits,
    SIP_TRUNK: o.trunk,
    SIP_TRUNK_MAX_CALLS: String(o.maxCalls),
    SIP_TRUNK_CALLS_PER_SECOND: String(o.callsPerSecond),
    SIP_USERNAME: undefined,
    OPENAI_API_KEY: 'stand-in',
    OPENAI_REALTIME_URL: o.realtimeUrl,
    WEBHOOK_ALLOW_CIDR: '127.0.0.0/8',
    LOG_LEVEL: 'info',
  }
}

class KeptMember implements Member, AsyncDisposable {
  readonly name: string
  readonly role: Role
  readonly #env: Record<string, string | undefined>
  readonly #log: string
  #child: Child
  #stopping = false
  #isUp = false
  readonly #kept: Promise<void>

  constructor(
    role: Role,
    name: string,
    { env, log }: { env: Record<string, string | undefined>; log: string },
  ) {
    this.role = role
    this.name = name
    this.#env = env
    this.#log = log
    this.#child = this.#start()
    this.#kept = this.#keep()
  }

  get isUp(): boolean {
    return this.#isUp
  }

  kill(): void {
    this.#signal('SIGKILL')
  }

  terminate(): void {
    this.#signal('SIGTERM')
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopping = true
    await this.#child[Symbol.asyncDispose]()
    await this.#kept
  }

  #signal(name: NodeJS.Signals): void {
    const { pid } = this.#child
    if (pid === undefined) return
    try {
      process.kill(pid, name)
    } catch {
      // It has just ended by itself.
    }
  }

  async #keep(): Promise<void> {
    for (;;) {
      const how = await this.#child.ended
      this.#isUp = false
      this.#note(how)
      if (this.#stopping) return
      await sleep(restartAfterMs)
      if (this.#stopping) return
      this.#child = this.#start()
    }
  }

  #start(): Child {
    const onLine = (line: string) => {
      if (line.includes('"msg":"ready"')) this.#isUp = true
      this.#note(line)
    }
    return startChild({ program, args: ['--role', this.role], env: this.#env, onLine })
  }

  #note(line: string): void {
    appendFileSync(this.#log, `${this.name}: ${line}\n`)
  }
}

async function untilUp(members: readonly Member[]): Promise<void> {
  for (const deadline = Date.now() + readyWithinMs; members.some(member => !member.isUp); await sleep(100))
    if (Date.now() > deadline) throw new Error(`the platform was not ready in ${readyWithinMs / 1_000} s`)
}
