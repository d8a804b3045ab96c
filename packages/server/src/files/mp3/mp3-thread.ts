import { setPriority } from 'node:os'
import { platform } from 'node:process'
import { parentPort, workerData } from 'node:worker_threads'
import { encodeWav, encodeWavFile } from './encode-wav.ts'
import type { Mp3Job } from './mp3-maker.ts'

/** The thread of one MP3: a long one keeps it busy for minutes. */

/** Where it can be said of a thread alone, whatever else the machine does goes first, calls above all. */
const patient = 10
if (platform === 'linux') setPriority(0, patient)

const job = workerData as Mp3Job
if ('wav' in job) parentPort?.postMessage(await encodeWav(job.wav))
else await encodeWavFile(job.source, job.target)
