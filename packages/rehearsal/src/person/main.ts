import { parseArgs } from 'node:util'
import { loadPersona } from './load-persona.ts'
import { openFaculties } from './open-faculties.ts'
import { openPerson } from './open-person.ts'
import { PersonaInvalid, type Persona } from './persona.ts'
import type { PersonEvent } from './person-event.ts'

/**
 * A simulated person as a process of its own. Standard output carries its log: JSON lines with --json,
 * short sentences without. It ends on SIGINT and SIGTERM.
 */
const usage = `usage: person [--persona NAME|FILE] [--number NUMBER=NAME|FILE]... [--host ADDRESS]
              [--sip-port PORT] [--json]`

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      persona: { type: 'string', default: 'confirms' },
      number: { type: 'string', multiple: true, default: [] },
      host: { type: 'string', default: '127.0.0.1' },
      'sip-port': { type: 'string', default: '0' },
      json: { type: 'boolean', default: false },
    },
  })
  const port = readPort(values['sip-port'])
  const persona = await loadPersona(values.persona)
  const byNumber = new Map(await Promise.all(values.number.map(readNumber)))
  const stopped = untilStopped()
  await using faculties = await openFaculties()
  const onEvent = (event: PersonEvent): void => print(values.json ? JSON.stringify(event) : inWords(event))
  await using person = await openPerson({ host: values.host, port, persona, byNumber, faculties, onEvent })
  const { sip } = person
  print(values.json ? JSON.stringify({ event: 'ready', sip }) : `listening on sip:${sip.host}:${sip.port}`)
  await stopped
}

function readPort(text: string): number {
  const port = Number(text)
  if (/^\d{1,5}$/.test(text) && port <= 65_535) return port
  throw new UsageError('--sip-port must be 0 to 65535')
}

async function readNumber(text: string): Promise<readonly [string, Persona]> {
  const [number, persona] = text.split('=', 2)
  if (!number || !persona) throw new UsageError('--number must be NUMBER=PERSONA')
  return [number, await loadPersona(persona)]
}

function untilStopped(): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(name, () => resolve())
  return promise
}

function inWords({ time, at_ms: atMs, event, ...rest }: PersonEvent): string {
  const at = atMs === null ? '' : ` +${(atMs / 1_000).toFixed(1)}s`
  const details = Object.entries(rest).flatMap(([name, value]) =>
    name === 'call' || typeof value === 'object' ? [] : [value],
  )
  return `${time.slice(11, 23)}${at} ${event.replaceAll('_', ' ')} ${details.join(' · ')}`.trimEnd()
}

const print = (line: string): void => void process.stdout.write(`${line}\n`)

class UsageError extends Error {}

try {
  await main()
} catch (error) {
  const expected = error instanceof UsageError || error instanceof PersonaInvalid || hasCode(error)
  process.stderr.write(expected ? `${(error as Error).message}\n${usage}\n` : `${String(error)}\n`)
  process.exitCode = expected ? 2 : 1
}

/** Node's own errors (a port in use, an option it does not know) say enough without a stack. */
function hasCode(error: unknown): error is Error {
  return error instanceof Error && 'code' in error
}
