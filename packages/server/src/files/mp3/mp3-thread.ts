import { setPriority } from 'node:os'
import { platform } from 'node:process'
import { workerData } from 'node:worker_threads'
import { encodeWavFile } from './encode-wav.ts'

/** The thread of one file: a long one keeps it busy for minutes. */

/** Where it can be said of a thread alone, whatever else the machine does goes first, calls above all. */
const patient = 10
if (platform === 'linux') setPriority(0, patient)

const { source, target } = workerData as { source: string; target: string }
await encodeWavFile(source, target)
