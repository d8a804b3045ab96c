import { readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { parseMessage } from '@parley/wire/sip/parse-message'
import { SipParseError, type SipParseFault } from '@parley/wire/sip/sip-parse-error'

export interface TortureMessage {
  readonly name: string
  readonly bytes: Buffer
}

/**
 * The messages of RFC 4475 as the npm package `sip` carries them, and what our parser must find wrong with each that
 * it refuses. All others are to be accepted: the valid ones of section 3.1.1, those whose oddity is none of the
 * parser's business, and those where the RFC leaves the choice.
 */
const refusals: ReadonlyMap<string, SipParseFault> = new Map([
  ['badvers.dat', 'version'],
  ['ltgtruri.dat', 'start_line'],
  ...(['clerr', 'mcl01', 'ncl'] as const).map(name => [`${name}.dat`, 'body'] as const),
  ...(['baddn', 'bigcode', 'lwsruri', 'lwsstart', 'trws'] as const).map(
    name => [`${name}.dat`, 'not_sip'] as const,
  ),
  ...(['insuf', 'mismatch01', 'mismatch02', 'multi01', 'quotbal', 'scalar02', 'scalarlg'] as const).map(
    name => [`${name}.dat`, 'header'] as const,
  ),
])

/** Files of the package that are no messages of the RFC. */
const notOfTheRfc = new Set(['test.dat', 'badcseq.dat', 'baddn_sep.dat'])

export function tortureMessages(): TortureMessage[] {
  const folder = join(dirname(createRequire(import.meta.url).resolve('sip/package.json')), 'test', 'messages')
  return readdirSync(folder)
    .filter(name => name.endsWith('.dat') && !notOfTheRfc.has(name))
    .map(name => ({ name, bytes: readFileSync(join(folder, name)) }))
}

/** What is wrong with our reading of one message; undefined when it is read as it should be. */
export function misreading({ name, bytes }: TortureMessage): string | undefined {
  const found = faultOf(bytes)
  const expected = refusals.get(name)
  return found === expected
    ? undefined
    : `${name}: ${found ?? 'accepted'} instead of ${expected ?? 'accepted'}`
}

function faultOf(bytes: Buffer): string | undefined {
  try {
    parseMessage(bytes)
    return undefined
  } catch (error) {
    return error instanceof SipParseError ? error.fault : `a ${String(error)}`
  }
}
