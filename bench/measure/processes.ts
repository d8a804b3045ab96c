import { readdirSync, readFileSync } from 'node:fs'

/** Ticks of the kernel's clock in a second, on every Linux that Node runs on. */
const ticksPerSecond = 100
const pageBytes = 4_096

interface Stat {
  readonly pid: number
  readonly parent: number
  readonly cpuMs: number
  readonly rssMiB: number
}

/** CPU and memory of a process and all its descendants, from /proc. Zeros where there is no /proc. */
export function usageOf(root: number): { cpuMs: number; rssMiB: number } {
  const all = readAll()
  const wanted = new Set([root])
  // Children are listed after their parents only mostly: a few passes find them all.
  for (let pass = 0; pass < 5; pass += 1) {
    for (const { pid, parent } of all) if (wanted.has(parent)) wanted.add(pid)
  }
  const own = all.filter(({ pid }) => wanted.has(pid))
  return {
    cpuMs: own.reduce((sum, { cpuMs }) => sum + cpuMs, 0),
    rssMiB: own.reduce((sum, { rssMiB }) => sum + rssMiB, 0),
  }
}

function readAll(): Stat[] {
  try {
    return readdirSync('/proc')
      .filter(name => /^\d+$/.test(name))
      .flatMap(name => readOne(Number(name)) ?? [])
  } catch {
    return []
  }
}

/** proc(5): the name may hold anything, so fields count from behind its bracket. */
function readOne(pid: number): Stat | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
    const number = (place: number): number => Number(fields[place] ?? 0)
    return {
      pid,
      parent: number(1),
      cpuMs: ((number(11) + number(12)) * 1_000) / ticksPerSecond,
      rssMiB: (number(21) * pageBytes) / 2 ** 20,
    }
  } catch {
    return undefined
  }
}
