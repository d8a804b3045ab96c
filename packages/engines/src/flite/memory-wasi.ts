/**
 * The thirteen WASI preview 1 calls that the Flite program makes, over one file that lives in memory.
 * Nothing touches the disk, and no experimental runtime module is needed.
 *
 * File descriptors: 0–2 are the standard streams (input empty, output dropped), 3 is the only
 * directory, 4 the one file that may be written. Numbers are those of the WASI witx definition.
 */

const SUCCESS = 0
const BAD_DESCRIPTOR = 8
const TOO_LARGE = 22
const DIRECTORY = 3
const OUTPUT = 4
const TYPE_CHARACTER_DEVICE = 2
const TYPE_DIRECTORY = 3
const TYPE_REGULAR_FILE = 4
/** About four minutes of 16 kHz PCM: more than any clause, little enough to never hurt. */
const MAX_FILE_BYTES = 8 * 1024 * 1024

/** Thrown through the program's stack when it exits; it never returns from proc_exit. */
export class ProgramExit extends Error {
  readonly status: number

  constructor(status: number) {
    super(`program exited with status ${status}`)
    this.name = 'ProgramExit'
    this.status = status
  }
}

export class MemoryWasi {
  private memory: WebAssembly.Memory | undefined
  private args: Uint8Array[] = []
  private file = new Uint8Array(256 * 1024)
  private fileEnd = 0
  private position = 0

  /** Gives the program its memory and arguments; called once, before it starts. */
  attach(memory: WebAssembly.Memory, args: readonly string[]): void {
    this.memory = memory
    this.args = args.map(arg => Buffer.from(`${arg}\0`, 'utf8'))
  }

  /** What the program has written. */
  output(): Uint8Array {
    return this.file.subarray(0, this.fileEnd)
  }

  imports(): WebAssembly.ModuleImports {
    return {
      args_sizes_get: (count: number, bytes: number) => {
        const view = this.view()
        view.setUint32(count, this.args.length, true)
        view.setUint32(
          bytes,
          this.args.reduce((sum, arg) => sum + arg.length, 0),
          true,
        )
        return SUCCESS
      },
      args_get: (pointers: number, buffer: number) => this.writeArgs(pointers, buffer),
      clock_time_get: (_id: number, _precision: bigint, time: number) => {
        this.view().setBigUint64(time, 0n, true)
        return SUCCESS
      },
      fd_close: () => SUCCESS,
      fd_fdstat_get: (fd: number, stat: number) => this.describe(fd, stat),
      fd_fdstat_set_flags: () => SUCCESS,
      fd_prestat_get: (fd: number, stat: number) => {
        if (fd !== DIRECTORY) return BAD_DESCRIPTOR
        this.view().setUint32(stat, 0, true)
        this.view().setUint32(stat + 4, 1, true)
        return SUCCESS
      },
      fd_prestat_dir_name: (_fd: number, path: number) => {
        this.view().setUint8(path, '/'.charCodeAt(0))
        return SUCCESS
      },
      fd_read: (...values: number[]) => {
        this.view().setUint32(values[3] ?? 0, 0, true)
        return SUCCESS
      },
      fd_seek: (fd: number, offset: bigint, ...rest: number[]) => this.seek(fd, offset, rest),
      fd_write: (fd: number, vectors: number, ...rest: number[]) => this.write(fd, vectors, rest),
      path_open: (...values: (number | bigint)[]) => {
        this.view().setUint32(Number(values[8]), OUTPUT, true)
        this.position = 0
        return SUCCESS
      },
      proc_exit: (status: number) => {
        throw new ProgramExit(status)
      },
    }
  }

  /** Memory may grow at any time, which detaches earlier views: always ask anew. */
  private view(): DataView {
    if (!this.memory) throw new Error('the program has no memory yet')
    return new DataView(this.memory.buffer)
  }

  private writeArgs(pointers: number, buffer: number): number {
    const view = this.view()
    let at = buffer
    for (const [index, arg] of this.args.entries()) {
      view.setUint32(pointers + 4 * index, at, true)
      new Uint8Array(view.buffer).set(arg, at)
      at += arg.length
    }
    return SUCCESS
  }

  private describe(fd: number, stat: number): number {
    if (fd < 0 || fd > OUTPUT) return BAD_DESCRIPTOR
    const type = fd === DIRECTORY ? TYPE_DIRECTORY : fd === OUTPUT ? TYPE_REGULAR_FILE : TYPE_CHARACTER_DEVICE
    const view = this.view()
    view.setUint8(stat, type)
    view.setUint16(stat + 2, 0, true)
    view.setBigUint64(stat + 8, 0xffff_ffff_ffffn, true)
    view.setBigUint64(stat + 16, 0xffff_ffff_ffffn, true)
    return SUCCESS
  }

  private seek(fd: number, offset: bigint, [whence, result]: number[]): number {
    if (fd !== OUTPUT) return BAD_DESCRIPTOR
    const base = whence === 0 ? 0 : whence === 1 ? this.position : this.fileEnd
    this.position = Math.max(0, base + Number(offset))
    this.view().setBigUint64(result ?? 0, BigInt(this.position), true)
    return SUCCESS
  }

  private write(fd: number, vectors: number, [count, written]: number[]): number {
    const view = this.view()
    let total = 0
    for (let index = 0; index < (count ?? 0); index++) {
      const at = view.getUint32(vectors + 8 * index, true)
      const length = view.getUint32(vectors + 8 * index + 4, true)
      if (fd === OUTPUT && !this.append(new Uint8Array(view.buffer, at, length))) return TOO_LARGE
      total += length
    }
    view.setUint32(written ?? 0, total, true)
    return SUCCESS
  }

  private append(bytes: Uint8Array): boolean {
    const end = this.position + bytes.length
    if (end > MAX_FILE_BYTES) return false
    if (end > this.file.length) {
      const larger = new Uint8Array(Math.max(end, 2 * this.file.length))
      larger.set(this.file)
      this.file = larger
    }
    this.file.set(bytes, this.position)
    this.position = end
    this.fileEnd = Math.max(this.fileEnd, end)
    return true
  }
}
