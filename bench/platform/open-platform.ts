import { createSocket } from 'node:dgram'
import { randomBytes, randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { startChild, type Child } from '@parley/rehearsal/demo/child'
import { noLimits } from '@parley/rehearsal/demo/no-limits'
import { openOpenAiRealtime } from '@parley/rehearsal/stand-ins/openai-realtime/open-openai-realtime'
import type { StandIn } from '@parley/rehearsal/stand-ins/stand-in'
import type { BenchOptions } from '../benchmark.ts'
import { pin, subjectCore } from '../measure/machine.ts'
import { Phone } from './phone.ts'
import { untilCalm } from './until-calm.ts'

/** The real server in a process of its own, a stand-in model with fixed delays, and phones that answer. */
export interface Platform extends AsyncDisposable {
  readonly pid: number
  readonly phone: Phone
  readonly model: StandIn
  /** Places a call; answers the moment at which the request was begun. */
  readonly place: (number: string, change?: object) => Promise<number>
  /** Asks the API; throws where it does not answer 2xx. */
  readonly request: (method: 'GET' | 'POST', path: string, body?: object) => Promise<Record<string, unknown>>
}

const host = '127.0.0.1'
const readyWithinMs = 120_000
const firstDeltaMs = 200
const shutDownSeconds = 2
const mostAttempts = 20
const overloadPauseMs = 500

export async function openPlatform(
  { calls, pinned, profiles }: BenchOptions,
  signal: AbortSignal,
): Promise<Platform> {
  await using opened = new AsyncDisposableStack()
  const pace = { firstDeltaMs, betweenDeltasMs: 20, deltaAudioMs: 100 }
  const model = opened.use(await openOpenAiRealtime({ pace }))
  const phone = opened.use(await Phone.open())
  const dataDir = join(tmpdir(), `parley-bench-${randomUUID()}`)
  opened.defer(() => rm(dataDir, { recursive: true, force: true }))
  const httpPort = await freeTcpPort()
  const key = `pk_live_${randomBytes(32).toString('base64url')}`
  const env = {
    DATABASE_URL: undefined,
    PARLEY_DATA_DIR: dataDir,
    PARLEY_HTTP_PORT: String(httpPort),
    PARLEY_SIP_HOST: host,
    PARLEY_SIP_PORT: String(await freeUdpPort()),
    PARLEY_ADMIN_KEY: key,
    PARLEY_MAX_CALLS: String(Math.max(100, calls)),
    PARLEY_OWNED_NUMBERS: '+18005551234',
    PARLEY_DRAIN_SECONDS: String(shutDownSeconds),
    ...noLimits,
    SIP_TRUNK: `sip:${host}:${phone.port}`,
    SIP_USERNAME: undefined,
    OPENAI_API_KEY: 'stand-in',
    OPENAI_REALTIME_URL: `${model.url.replace('http:', 'ws:')}/v1/realtime`,
    LOG_LEVEL: 'warn',
    ...(profiles === null ? {} : { NODE_OPTIONS: `--cpu-prof --cpu-prof-dir=${profiles}` }),
  }
  const said: string[] = []
  const onLine = (line: string): void => void said.push(line)
  const server = opened.use(startChild({ program: 'packages/server/src/main.ts', env, onLine }))
  if (pinned && server.pid !== undefined) pin(server.pid, subjectCore)
  const baseUrl = `http://${host}:${httpPort}`
  await untilReady(baseUrl, server, signal)
  if (server.pid !== undefined) await untilCalm(server.pid, signal)
  const rest = opened.move()
  return {
    pid: server.pid ?? 0,
    phone,
    model,
    place: (number, change = {}) => place(baseUrl, key, { ...order, phone_number: number, ...change }),
    request: async (method, path, body) => {
      const wanted = await ask(`${baseUrl}${path}`, key, { method, body })
      return (await wanted.json()) as Record<string, unknown>
    },
    [Symbol.asyncDispose]: () => rest.disposeAsync(),
  }
}

const order = { from_number: '+18005551234', task: 'Answer whatever the person says.', mode: 'realtime' }

/** A platform that says it is overloaded is asked again: on a busy machine it may well be. */
async function place(baseUrl: string, key: string, body: object): Promise<number> {
  const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' }
  for (let attempt = 1; ; attempt += 1) {
    const startedAt = performance.now()
    const answer = await fetch(`${baseUrl}/v1/calls`, { method: 'POST', headers, body: JSON.stringify(body) })
    const text = await answer.text()
    if (answer.ok) return startedAt
    if (answer.status !== 503 || attempt === mostAttempts) {
      throw new Error(`POST /v1/calls answered ${answer.status}: ${text}`)
    }
    await wait(overloadPauseMs)
  }
}

async function ask(
  url: string,
  key: string,
  { method, body }: { method: string; body: object | undefined },
): Promise<Response> {
  const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' }
  for (let attempt = 1; ; attempt += 1) {
    const answer = await fetch(url, { method, headers, ...(body ? { body: JSON.stringify(body) } : {}) })
    if (answer.ok) return answer
    if (answer.status !== 503 || attempt === mostAttempts)
      throw new Error(`${method} ${url} answered ${answer.status}: ${await answer.text()}`)
    await wait(overloadPauseMs)
  }
}

async function untilReady(baseUrl: string, server: Child, signal: AbortSignal): Promise<void> {
  const deadline = AbortSignal.any([signal, AbortSignal.timeout(readyWithinMs)])
  let gone: string | undefined
  void server.ended.then(how => {
    gone = how
  })
  for (;;) {
    if (gone !== undefined) throw new Error(`the server ${gone}:\n${server.lastLines.join('\n')}`)
    const asked = fetch(`${baseUrl}/readyz`, { signal: AbortSignal.timeout(2_000) })
    const isReady = await asked.then(
      answer => answer.ok,
      () => false,
    )
    if (isReady) return
    await wait(100, undefined, { signal: deadline })
  }
}

async function freeTcpPort(): Promise<number> {
  const server = createServer().listen(0, host)
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  return typeof address === 'object' && address ? address.port : 0
}

async function freeUdpPort(): Promise<number> {
  const socket = createSocket('udp4').bind(0, host)
  await once(socket, 'listening')
  const { port } = socket.address()
  socket.close()
  return port
}
