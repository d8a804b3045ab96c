/**
 * One stream's audio on its way into a worker: 256 slots of one 20 ms µ-law frame each (5 s), in shared memory,
 * so that a frame costs a copy and no allocation. One writer, one reader. A reader that is more than a
 * ring behind loses the oldest frames: audio that old is of no use to anyone.
 *
 *   int32 written | 4 bytes unused | 256 × float64 position (ms) | 256 × 160 bytes
 */
export const FRAME_BYTES = 160
const SLOTS = 256
const POSITIONS_AT = 8
const FRAMES_AT = POSITIONS_AT + 8 * SLOTS

export class FrameRing {
  readonly memory: SharedArrayBuffer
  private readonly counter: Int32Array
  private readonly positions: Float64Array
  private readonly frames: Uint8Array
  private taken = 0

  constructor(memory = new SharedArrayBuffer(FRAMES_AT + FRAME_BYTES * SLOTS)) {
    this.memory = memory
    this.counter = new Int32Array(memory, 0, 1)
    this.positions = new Float64Array(memory, POSITIONS_AT, SLOTS)
    this.frames = new Uint8Array(memory, FRAMES_AT)
  }

  /** Frames of another length than 20 ms are not audio of this line: refused with a RangeError. */
  write(frame: Uint8Array, atMs: number): void {
    if (frame.length !== FRAME_BYTES) throw new RangeError(`a frame has ${FRAME_BYTES} bytes`)
    const written = Atomics.load(this.counter, 0)
    const slot = written & (SLOTS - 1)
    this.positions[slot] = atMs
    this.frames.set(frame, slot * FRAME_BYTES)
    Atomics.store(this.counter, 0, (written + 1) | 0)
  }

  /** How many frames were written so far: a place in the stream that a command can refer to. */
  get mark(): number {
    return Atomics.load(this.counter, 0)
  }

  /** Whether every frame before `mark` has been read. */
  hasRead(mark: number): boolean {
    return ((mark - this.taken) | 0) <= 0
  }

  /** Copies the oldest unread frame into `target` and returns its position in ms; null when none is left. */
  read(target: Uint8Array): number | null {
    const behind = (Atomics.load(this.counter, 0) - this.taken) | 0
    if (behind === 0) return null
    // The writer may be filling the slot of the oldest frame, so a full ring counts as one too many.
    if (behind >= SLOTS) this.taken = (this.taken + behind - SLOTS + 1) | 0
    const slot = this.taken & (SLOTS - 1)
    this.taken = (this.taken + 1) | 0
    target.set(this.frames.subarray(slot * FRAME_BYTES, (slot + 1) * FRAME_BYTES))
    return this.positions[slot] ?? 0
  }
}
