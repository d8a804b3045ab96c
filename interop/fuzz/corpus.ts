import { createHash } from 'node:crypto'
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { examine, type FuzzFind } from './fuzz.ts'
import type { Target } from './targets.ts'

/** What fuzzing has found, one file each, `TARGET-HASH.bin`: read again in every run, so that no fault comes back. */
const folder = fileURLToPath(new URL('../corpus', import.meta.url))

export async function keepFinds(finds: readonly FuzzFind[]): Promise<string[]> {
  const names = finds.map(({ target, input }) => `${target}-${digest(input)}.bin`)
  if (finds.length > 0) await mkdir(folder, { recursive: true })
  await Promise.all(finds.map(({ input }, place) => writeFile(join(folder, names[place] ?? ''), input)))
  return names
}

/** Old finds that are faults again. */
export async function regressions(targets: readonly Target[]): Promise<FuzzFind[]> {
  const names = await readdir(folder).catch(() => [])
  const finds: FuzzFind[] = []
  for (const name of names) {
    const target = targets.find(one => name.startsWith(`${one.name}-`))
    if (!target) continue
    const input = await readFile(join(folder, name))
    const { fault } = examine(target, input)
    if (fault !== undefined) finds.push({ target: target.name, input, fault })
  }
  return finds
}

const digest = (input: Uint8Array): string => createHash('sha256').update(input).digest('hex').slice(0, 12)
