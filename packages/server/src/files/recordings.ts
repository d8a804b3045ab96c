import { type FileHandle, mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import type { Readable } from 'node:stream'
import { WavError } from '@parley/wire/audio/wav-header'
import { repairWav } from '@parley/wire/audio/wav-repair'
import { exists, isMissing } from './exists.ts'
import { Mp3Copies } from './mp3/mp3-copies.ts'
import { type Recording, type RecordingResult, startRecording } from './recording.ts'

export type { Recording, RecordingResult } from './recording.ts'

/**
 * Recordings on the local disk: `recordings/<call id>.wav` under the data folder. While a call runs its file
 * is called `….wav.part`; it takes its final name when every byte is on the disk, so that whatever has the
 * final name is whole. An MP3 copy is made when somebody asks for it. Paths given out and taken are relative to the data folder, which may move.
 */
export interface Recordings {
  /** Always gives a recording: on a broken disk one that keeps nothing, since the call must go on. */
  begin(callId: string): Promise<Recording>
  /** Makes whole what a dead process left. `ready`: nothing was to be done. Must not be used on a running call. */
  repair(path: string): Promise<RecordingResult>
  /**
   * Repairs every file that nobody has written to for so long, in milliseconds; answers with their paths. Clears away
   * what is left of copies.
   */
  repairAbandoned(idleMs: number): Promise<string[]>
  /** Null: there is no finished file at this path. */
  openForRead(path: string): Promise<RecordingFile | null>
  /**
   * As `openForRead`, its MP3 copy. `busy`: it is not there yet; `owner` is who may have only so many made at once.
   * Rejects where the file is no WAV.
   */
  openMp3(path: string, owner: string): Promise<RecordingFile | 'busy' | null>
  /** Erases a recording, finished or not, and its copy. */
  remove(path: string): Promise<void>
}

/** A finished recording, open for reading. */
export interface RecordingFile extends AsyncDisposable {
  readonly sizeBytes: number
  readonly modifiedAt: Date
  /** The bytes from `start` to `end`, both included; once. The file is closed when the stream ends or is destroyed. */
  read(range?: { start: number; end: number }): Readable
}

const folder = 'recordings'
const suffix = '.part'
/** How long whoever asks for a copy waits for it: less than clients do for an answer. */
const mp3PatienceMs = 20_000
const pathForm = /^recordings\/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\.wav$/

/** `onTrouble` is told of every recording that is cut short or lost. */
export function openRecordings(dataDir: string, onTrouble: (error: unknown) => void): Recordings {
  return new DiskRecordings(dataDir, onTrouble)
}

class DiskRecordings implements Recordings {
  readonly #dataDir: string
  readonly #onTrouble: (error: unknown) => void
  readonly #copies: Mp3Copies

  constructor(dataDir: string, onTrouble: (error: unknown) => void) {
    this.#dataDir = dataDir
    this.#onTrouble = onTrouble
    this.#copies = new Mp3Copies(join(dataDir, folder), onTrouble)
  }

  async begin(callId: string): Promise<Recording> {
    const path = `${folder}/${callId}.wav`
    const temporaryFile = this.#file(path) + suffix
    // A missing folder shows in the next step, which knows what to do then.
    await mkdir(join(this.#dataDir, folder), { recursive: true, mode: 0o700 }).catch(this.#onTrouble)
    return await startRecording(temporaryFile, {
      path,
      publish: () => this.#publish(path),
      salvage: () => this.repair(path),
      onTrouble: this.#onTrouble,
    })
  }

  async repair(path: string): Promise<RecordingResult> {
    const file = this.#file(path)
    if (await exists(file)) return 'ready'
    try {
      const { durationMs } = await repairWav(file + suffix)
      if (durationMs > 0) {
        await this.#publish(path)
        return 'partial'
      }
    } catch (error) {
      if (isMissing(error)) return 'none'
      if (!(error instanceof WavError)) throw error
    }
    // Not one sample: a file that plays nothing helps nobody.
    await rm(file + suffix, { force: true })
    return 'none'
  }

  async repairAbandoned(idleMs: number): Promise<string[]> {
    const repaired: string[] = []
    for (const name of await this.#names()) {
      const path = `${folder}/${name.slice(0, -suffix.length)}`
      if (!name.endsWith(suffix) || !pathForm.test(path)) continue
      const { mtimeMs } = await stat(this.#file(path) + suffix)
      if (Date.now() - mtimeMs < idleMs) continue
      if ((await this.repair(path)) === 'partial') repaired.push(path)
    }
    await this.#copies.sweep(idleMs)
    return repaired
  }

  async openForRead(path: string): Promise<RecordingFile | null> {
    return await openFile(this.#file(path))
  }

  async openMp3(path: string, owner: string): Promise<RecordingFile | 'busy' | null> {
    const asking = { owner, patienceMs: mp3PatienceMs }
    const found = await this.#copies.provide(basename(this.#file(path), '.wav'), asking)
    if (found !== 'ready') return found === 'busy' ? 'busy' : null
    return await openFile(this.#file(path).replace(/wav$/, 'mp3'))
  }

  async remove(path: string): Promise<void> {
    const file = this.#file(path)
    await Promise.all([rm(file, { force: true }), rm(file + suffix, { force: true })])
    await this.#copies.remove(basename(file, '.wav'))
  }

  async #publish(path: string): Promise<void> {
    const file = this.#file(path)
    await rename(file + suffix, file)
    // The new name itself is durable only when the folder is on the disk, too.
    await using handle = await open(join(this.#dataDir, folder), 'r')
    await handle.sync()
  }

  async #names(): Promise<string[]> {
    return await readdir(join(this.#dataDir, folder)).catch(error => {
      if (isMissing(error)) return []
      throw error
    })
  }

  #file(path: string): string {
    if (!pathForm.test(path)) throw new Error('not the path of a recording')
    return join(this.#dataDir, path)
  }
}

async function openFile(file: string): Promise<RecordingFile | null> {
  try {
    return await readable(await open(file, 'r'))
  } catch (error) {
    if (isMissing(error)) return null
    throw error
  }
}

async function readable(handle: FileHandle): Promise<RecordingFile> {
  try {
    const { size, mtime } = await handle.stat()
    return {
      sizeBytes: size,
      modifiedAt: mtime,
      read: range => handle.createReadStream({ ...range, autoClose: true }),
      [Symbol.asyncDispose]: () => handle.close(),
    }
  } catch (error) {
    await handle.close()
    throw error
  }
}
