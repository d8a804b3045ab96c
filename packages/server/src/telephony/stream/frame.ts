/** The unit in which audio crosses the port: 20 ms of µ-law at 8 kHz, one byte a sample. */
export const FRAME_MS = 20
export const FRAME_BYTES = 160
export const BYTES_PER_MS = 8
