import { appendFile, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { z } from 'zod'
import { startChild, type Child } from './child.ts'
import { readDemoKeys, type DemoKeys } from './demo-keys.ts'
import { noLimits } from './no-limits.ts'
import { chooseHttpPort, chooseSipPort } from './free-port.ts'
import { DemoFailed, type DemoOptions } from './options.ts'
import { openWebhookReceiver, type WebhookReceiver } from './webhook-receiver.ts'

/** All that the demo runs: the simulated person, the platform, and the customer's webhook endpoint. */
export interface House extends AsyncDisposable {
  readonly baseUrl: string
  readonly adminKey: string
  /** Where the server takes SIP. */
  readonly sip: { readonly host: string; readonly port: number }
  readonly receiver: WebhookReceiver
  readonly serverLog: string
  /** What the person heard, said and measured, as JSON lines. */
  readonly personLog: string
  /** Rejects when server or person are gone; it never resolves. */
  readonly broken: Promise<never>
}

const host = '127.0.0.1'
const readyWithinMs = 90_000
const lookEveryMs = 100

/** Other people of the demo, by the number that reaches them; everybody else is the one who confirms. */
export const otherPeople = {
  '+14155551201': 'interrupts',
  '+14155551202': 'says-goodbye',
  '+14155551203': 'reschedules',
  '+14155551204': 'talkative',
  '+14155551205': 'silent',
  '+14155551206': 'voicemail',
  '+14155551207': 'hangs-up',
  '+14155551208': 'vanishes',
  '+14155551209': 'busy',
  '+14155551210': 'no-answer',
  '+14155551211': 'rejects',
  '+14155551212': 'asks-for-keys',
  '+14155551213': 'wants-a-person',
} as const

/** `people`: who answers at which number, by the name or the file of a persona. */
export type HouseOptions = DemoOptions & { readonly people?: Readonly<Record<string, string>> }

export async function openHouse(options: HouseOptions, signal: AbortSignal): Promise<House> {
  const httpPort = await chooseHttpPort(options.httpPort)
  const sipPort = await chooseSipPort(options.sipPort)
  const keys = await readDemoKeys(options.dataDir)
  const serverLog = await freshLog(options.dataDir, 'demo-server.log')
  const personLog = await freshLog(options.dataDir, 'demo-person.log')
  await using opened = new AsyncDisposableStack()
  const receiver = opened.use(await openWebhookReceiver(keys.webhookSecret))
  const person = opened.use(await startPerson(options.people ?? otherPeople, personLog, signal))
  const baseUrl = `http://${host}:${httpPort}`
  const env = environment({ ...options, httpPort, sipPort, keys, trunk: person.trunk })
  const server = opened.use(
    startChild({ program: 'packages/server/src/main.ts', env, onLine: keepIn(serverLog) }),
  )
  await untilReady(baseUrl, { server, serverLog, signal })
  const broken = Promise.race([
    server.ended.then(how => failed('The server', how, { server, serverLog })),
    person.child.ended.then(how =>
      failed('The simulated person', how, { server: person.child, serverLog: personLog }),
    ),
  ])
  broken.catch(() => undefined)
  const rest = opened.move()
  return {
    baseUrl,
    adminKey: keys.adminKey,
    sip: { host, port: sipPort },
    receiver,
    serverLog,
    personLog,
    broken,
    [Symbol.asyncDispose]: () => rest.disposeAsync(),
  }
}

interface Settings {
  readonly dataDir: string
  readonly httpPort: number
  readonly sipPort: number
  readonly keys: DemoKeys
  readonly trunk: string
}

/** The provider keys of the caller's shell pass through, so that hosted voices are used where there are any. */
function environment({
  dataDir,
  httpPort,
  sipPort,
  keys,
  trunk,
}: Settings): Record<string, string | undefined> {
  return {
    DATABASE_URL: undefined,
    PARLEY_DATA_DIR: dataDir,
    PARLEY_HTTP_HOST: host,
    PARLEY_HTTP_PORT: String(httpPort),
    PARLEY_SIP_HOST: host,
    PARLEY_SIP_PORT: String(sipPort),
    PARLEY_ADMIN_KEY: keys.adminKey,
    PARLEY_WEBHOOK_SECRET: keys.webhookSecret,
    PARLEY_OWNED_NUMBERS: '+18005551234',
    PARLEY_DRAIN_SECONDS: '3',
    ...noLimits,
    SIP_TRUNK: trunk,
    SIP_USERNAME: undefined,
    SIP_PASSWORD: undefined,
    WEBHOOK_ALLOW_CIDR: '127.0.0.0/8',
  }
}

const readySchema = z.object({
  event: z.literal('ready'),
  sip: z.object({ host: z.string(), port: z.number() }),
})

/** Resolves once the person's phone can ring. */
async function startPerson(people: Readonly<Record<string, string>>, log: string, signal: AbortSignal) {
  const ready = Promise.withResolvers<string>()
  const keep = keepIn(log)
  const child = startChild({
    program: 'packages/rehearsal/src/person/main.ts',
    args: ['--json', '--persona', 'confirms', ...Object.entries(people).flatMap(toNumber)],
    onLine(line) {
      keep(line)
      const sip = readReady(line)
      if (sip) ready.resolve(`sip:${sip.host}:${sip.port}`)
    },
  })
  const deadline = AbortSignal.any([signal, AbortSignal.timeout(readyWithinMs)])
  deadline.addEventListener('abort', () =>
    ready.reject(new DemoFailed('The simulated person did not start in time.')),
  )
  void child.ended.then(how => {
    ready.reject(new DemoFailed(`The simulated person ${how}.\n${child.lastLines.join('\n')}`))
  })
  try {
    return { child, trunk: await ready.promise, [Symbol.asyncDispose]: () => child[Symbol.asyncDispose]() }
  } catch (error) {
    await child[Symbol.asyncDispose]()
    throw error
  }
}

const toNumber = ([number, persona]: [string, string]): string[] => ['--number', `${number}=${persona}`]

function readReady(line: string): { host: string; port: number } | null {
  if (!line.startsWith('{"event":"ready"')) return null
  const read = readySchema.safeParse(JSON.parse(line))
  return read.success ? read.data.sip : null
}

interface Watched {
  readonly server: Child
  readonly serverLog: string
}

async function untilReady(
  baseUrl: string,
  { server, serverLog, signal }: Watched & { signal: AbortSignal },
): Promise<void> {
  const deadline = AbortSignal.any([signal, AbortSignal.timeout(readyWithinMs)])
  const gone = server.ended.then(how => failed('The server', how, { server, serverLog }))
  gone.catch(() => undefined)
  while (!(await Promise.race([gone, isReady(baseUrl)]))) {
    signal.throwIfAborted()
    if (deadline.aborted)
      failed('The server', `was not ready within ${readyWithinMs / 1_000} s`, { server, serverLog })
    await delay(lookEveryMs)
  }
}

async function isReady(baseUrl: string): Promise<boolean> {
  const asked = fetch(`${baseUrl}/readyz`, { signal: AbortSignal.timeout(2_000) })
  return await asked.then(
    response => response.ok,
    () => false,
  )
}

function failed(who: string, how: string, { server, serverLog }: Watched): never {
  const lines = server.lastLines.map(line => `  ${line.slice(0, 300)}`).join('\n')
  throw new DemoFailed(`${who} ${how}. Its last words (all of them: ${serverLog}):\n${lines}`)
}

async function freshLog(dataDir: string, name: string): Promise<string> {
  await mkdir(dataDir, { recursive: true })
  const file = join(dataDir, name)
  await writeFile(file, '', { mode: 0o600 })
  return file
}

/** Appends in order; a full disk must not stop a call. */
function keepIn(file: string): (line: string) => void {
  let last = Promise.resolve()
  return line => {
    last = last.then(() => appendFile(file, `${line}\n`)).catch(() => undefined)
  }
}
