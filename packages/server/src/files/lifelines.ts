import { chmod, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { isMissing } from './exists.ts'

/**
 * What hanging a live line up takes, on the local disk while the call lasts: `lifelines/<call id>.<line>` under the
 * data folder. The database has it too, but a callee may pick up while it is away, and the worker die before it is back.
 * A file outlives its process, and whoever reaps the call from this folder can hang up.
 */
export interface Lifelines {
  /** Never rejects: a call goes on without a full disk's help. */
  keep(callId: string, line: Line, lifeline: string): Promise<void>
  /** Those of one call, in no order. Never rejects. */
  of(callId: string): Promise<readonly string[]>
  /** Of one line, or of all that a call has. Never rejects. */
  forget(callId: string, line?: Line): Promise<void>
  /** Calls that have left something here, live ones too. Never rejects. */
  calls(): Promise<readonly string[]>
}

/** The callee's own line, and that of whoever they were connected with. */
export type Line = 'first' | 'second'

const lines: readonly Line[] = ['first', 'second']
const nameForm = /^([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\.(?:first|second)$/

/** `onTrouble` is told of what the disk would not do. */
export function openLifelines(dataDir: string, onTrouble: (error: unknown) => void): Lifelines {
  const folder = join(dataDir, 'lifelines')
  const fileOf = (callId: string, line: Line) => join(folder, `${callId}.${line}`)
  const tried = async <Result>(work: () => Promise<Result>, otherwise: Result): Promise<Result> => {
    try {
      return await work()
    } catch (error) {
      if (!isMissing(error)) onTrouble(error)
      return otherwise
    }
  }
  const read = (file: string) => tried<string | null>(() => readFile(file, 'utf8'), null)
  return {
    keep: (callId, line, lifeline) =>
      tried(async () => {
        const write = () => writeFile(fileOf(callId, line), lifeline, { mode: 0o600 })
        await write().catch(async (error: unknown) => {
          if (!isMissing(error)) throw error
          await mkdir(folder, { recursive: true })
          await chmod(folder, 0o700)
          await write()
        })
      }, undefined),
    async of(callId) {
      const found = await Promise.all(lines.map(line => read(fileOf(callId, line))))
      return found.filter(lifeline => lifeline !== null && lifeline !== '') as string[]
    },
    async forget(callId, line) {
      const gone = line === undefined ? lines : [line]
      await Promise.all(gone.map(one => tried(() => rm(fileOf(callId, one), { force: true }), undefined)))
    },
    async calls() {
      const names = await tried(() => readdir(folder), [])
      const ids = names.flatMap(name => nameForm.exec(name)?.[1] ?? [])
      return [...new Set(ids)]
    },
  }
}
