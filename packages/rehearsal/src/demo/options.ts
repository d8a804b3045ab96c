import { isAbsolute, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { callModes, type CallMode } from '@parley/contract/status'

export interface DemoOptions {
  readonly exit: boolean
  readonly json: boolean
  readonly mode: CallMode
  /** Null: 3000, or any free port when that is taken. 0: any free port. */
  readonly httpPort: number | null
  /** Of the server. Null or 0: any free port. */
  readonly sipPort: number | null
  readonly dataDir: string
}

/** The command line cannot be followed, or the machine stands in the way; the message is for a person. */
export class DemoFailed extends Error {
  constructor(message: string, cause?: unknown) {
    super(message, { cause })
    this.name = 'DemoFailed'
  }
}

export const repositoryRoot = fileURLToPath(new URL('../../../../', import.meta.url))

export const usage = `usage: npm run demo -- [options]
  --mode realtime|legacy   how the agent listens and speaks (realtime)
  --exit                   stop when the call is over; otherwise the server stays up
  --port NUMBER            HTTP port (3000)
  --sip-port NUMBER        SIP port of the server (any free one)
  --data-dir FOLDER        where database and recordings live (.data)
  --json                   one line of JSON on standard output when the call is over`

export function readOptions(args: readonly string[]): DemoOptions {
  const values = parse(args)
  const mode = callModes.find(one => one === values.mode)
  if (!mode) throw new DemoFailed(`--mode must be one of ${callModes.join(', ')}\n${usage}`)
  return {
    exit: values.exit,
    json: values.json,
    mode,
    httpPort: readPort('--port', values.port),
    sipPort: readPort('--sip-port', values['sip-port']),
    dataDir: readFolder(values['data-dir']),
  }
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        exit: { type: 'boolean', default: false },
        json: { type: 'boolean', default: false },
        mode: { type: 'string', default: 'realtime' },
        port: { type: 'string' },
        'sip-port': { type: 'string' },
        'data-dir': { type: 'string' },
      },
    }).values
  } catch (error) {
    throw new DemoFailed(`${error instanceof Error ? error.message : String(error)}\n${usage}`, error)
  }
}

function readPort(name: string, text: string | undefined): number | null {
  if (text === undefined) return null
  const port = Number(text)
  if (/^\d{1,5}$/.test(text) && port <= 65_535) return port
  throw new DemoFailed(`${name} must be a number from 0 to 65535\n${usage}`)
}

/** Relative folders count from where the command was typed, which npm keeps in INIT_CWD. */
function readFolder(folder: string | undefined): string {
  if (folder === undefined) return join(repositoryRoot, '.data')
  return isAbsolute(folder) ? folder : resolve(process.env.INIT_CWD ?? process.cwd(), folder)
}
