import { StereoWavWriter } from '@parley/wire/audio/wav-writer'

/** What there is of a recording: the whole, what could be saved of it, or nothing. */
export type RecordingResult = 'ready' | 'partial' | 'none'

/** The recording of a running call. Nothing that happens to it can harm the call. */
export interface Recording {
  /** Where it will be found, relative to the data folder. */
  readonly path: string
  /** One stretch of both sides, µ-law, equally long: left the callee, right the agent. Never waits nor throws. */
  write(heard: Uint8Array, played: Uint8Array): void
  /** Resolves when all of it is on the disk and in its place. Never rejects; closing twice is harmless. */
  close(): Promise<RecordingResult>
}

export interface RecordingParts {
  readonly path: string
  /** Puts the finished file in its place. */
  readonly publish: () => Promise<void>
  /** Saves what can be saved of a file whose writer failed. */
  readonly salvage: () => Promise<RecordingResult>
  /** A recording is cut short or lost, e.g. because the disk is full. */
  readonly onTrouble: (error: unknown) => void
}

/** A recording that is written to `temporaryFile` while the call runs. */
export async function startRecording(temporaryFile: string, parts: RecordingParts): Promise<Recording> {
  try {
    return new FileRecording(await StereoWavWriter.create(temporaryFile), parts)
  } catch (error) {
    parts.onTrouble(error)
    return { path: parts.path, write: () => undefined, close: () => Promise.resolve('none') }
  }
}

class FileRecording implements Recording {
  readonly #writer: StereoWavWriter
  readonly #parts: RecordingParts
  #closing: Promise<RecordingResult> | undefined

  constructor(writer: StereoWavWriter, parts: RecordingParts) {
    this.#writer = writer
    this.#parts = parts
  }

  get path(): string {
    return this.#parts.path
  }

  write(heard: Uint8Array, played: Uint8Array): void {
    if (heard.length === played.length) this.#writer.writeMulaw(heard, played)
  }

  close(): Promise<RecordingResult> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async #close(): Promise<RecordingResult> {
    const { publish, salvage, onTrouble } = this.#parts
    try {
      await this.#writer.finish()
      await publish()
      return 'ready'
    } catch (error) {
      onTrouble(error)
      return await salvage().catch(failure => {
        onTrouble(failure)
        return 'none' as const
      })
    }
  }
}
