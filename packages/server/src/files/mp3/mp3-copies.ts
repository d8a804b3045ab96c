import { randomUUID } from 'node:crypto'
import { mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { exists, isMissing } from '../exists.ts'
import { Mp3Maker } from './mp3-maker.ts'

/** Nobody who wants many makes all others wait for them. */
const mostOfOwner = 4

/**
 * MP3 copies of the finished WAV files in one folder: `<name>.mp3` beside `<name>.wav`, made when somebody first asks
 * and kept from then on, so that a part of it is the same part every time. Several processes may use the folder.
 *
 * A copy is written as `encoding/<name>.<random>.mp3` and renamed when it is on the disk. Whoever erases takes the WAV
 * first and the copy then; whoever makes a copy looks for the WAV once more when the copy has its name. In whatever
 * order they meet, one of the two finds the copy, and none outlives its WAV.
 */
export class Mp3Copies {
  readonly #folder: string
  readonly #onTrouble: (error: unknown) => void
  readonly #maker: Pick<Mp3Maker, 'isFull' | 'make'>
  readonly #making = new Map<string, { readonly owner: string; readonly done: Promise<void> }>()

  constructor(
    folder: string,
    onTrouble: (error: unknown) => void,
    maker: Pick<Mp3Maker, 'isFull' | 'make'> = new Mp3Maker(),
  ) {
    this.#folder = folder
    this.#onTrouble = onTrouble
    this.#maker = maker
  }

  /**
   * Makes the copy where there is none yet. `busy`: not within `patienceMs`, and it goes on; or too many are being made,
   * of all or of this owner's. Rejects where the WAV is broken, or the disk in trouble.
   */
  async provide(
    name: string,
    { owner, patienceMs }: { owner: string; patienceMs: number },
  ): Promise<'ready' | 'missing' | 'busy'> {
    if (!(await exists(this.#file(name, 'wav')))) return 'missing'
    if (await exists(this.#file(name, 'mp3'))) return 'ready'
    const making = this.#making.get(name)?.done ?? this.#begin(name, owner)
    if (making === null) return 'busy'
    const late = new AbortController()
    const patience = wait(patienceMs, 'late' as const, { signal: late.signal }).catch(() => 'late' as const)
    if ((await Promise.race([making, patience])) === 'late') return 'busy'
    late.abort()
    return (await exists(this.#file(name, 'mp3'))) ? 'ready' : 'missing'
  }

  /** After the WAV is gone. */
  async remove(name: string): Promise<void> {
    for (const unfinished of await namesIn(this.#encoding))
      if (unfinished.startsWith(`${name}.`)) await rm(join(this.#encoding, unfinished), { force: true })
    await rm(this.#file(name, 'mp3'), { force: true })
  }

  /** Erases what dead processes left: unfinished copies that nobody has written to for so long, and copies of nothing. */
  async sweep(idleMs: number): Promise<void> {
    for (const name of await namesIn(this.#encoding)) {
      const file = join(this.#encoding, name)
      const idle = Date.now() - (await writtenAt(file))
      if (idle >= idleMs) await rm(file, { force: true })
    }
    const names = await namesIn(this.#folder)
    const wavs = new Set(names.filter(name => name.endsWith('.wav')))
    for (const name of names)
      if (name.endsWith('.mp3') && !wavs.has(name.replace(/mp3$/, 'wav')))
        await rm(join(this.#folder, name), { force: true })
  }

  get #encoding(): string {
    return join(this.#folder, 'encoding')
  }

  #file(name: string, ending: 'wav' | 'mp3'): string {
    return join(this.#folder, `${name}.${ending}`)
  }

  #begin(name: string, owner: string): Promise<void> | null {
    const going = [...this.#making.values()].filter(one => one.owner === owner)
    if (this.#maker.isFull || going.length >= mostOfOwner) return null
    const done = this.#make(name).finally(() => this.#making.delete(name))
    // Whoever waits is told as well; but nobody may be waiting any more.
    done.catch(this.#onTrouble)
    this.#making.set(name, { owner, done })
    return done
  }

  async #make(name: string): Promise<void> {
    const [wav, copy] = [this.#file(name, 'wav'), this.#file(name, 'mp3')]
    const unfinished = join(this.#encoding, `${name}.${randomUUID()}.mp3`)
    try {
      await mkdir(this.#encoding, { recursive: true, mode: 0o700 })
      await this.#maker.make(wav, unfinished)
      await rename(unfinished, copy)
      await using folder = await open(this.#folder, 'r')
      await folder.sync()
    } catch (error) {
      await rm(unfinished, { force: true })
      // Erased meanwhile: then there is nothing to copy.
      if (await exists(wav)) throw error
    }
    if (!(await exists(wav))) await rm(copy, { force: true })
  }
}

async function namesIn(folder: string): Promise<string[]> {
  return await readdir(folder).catch(error => {
    if (isMissing(error)) return []
    throw error
  })
}

/** Milliseconds since 1970; now, for a file that has just gone. */
async function writtenAt(file: string): Promise<number> {
  try {
    return (await stat(file)).mtimeMs
  } catch (error) {
    if (isMissing(error)) return Date.now()
    throw error
  }
}
