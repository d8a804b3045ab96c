import { parentPort } from 'node:worker_threads'
import { toLineAudio } from '../audio/line-audio.ts'
import type { Answer, Question } from '../workers/question-worker.ts'
import { FliteProgram, type FliteSettings } from './flite-program.ts'

/** One clause to speak. The answer is µ-law at 8 kHz. */
export interface FliteClause {
  readonly text: string
  readonly settings: FliteSettings
  readonly timbre: number
  readonly pauseMs: number
}

const program = new FliteProgram()
program.prepare()

parentPort?.on('message', ({ id, question }: Question<FliteClause>) => {
  parentPort?.postMessage(answerTo(id, question))
  // The next instance is made after the answer has left, unless the next clause already waits.
  setImmediate(() => program.prepare())
})

function answerTo(id: number, { text, settings, timbre, pauseMs }: FliteClause): Answer<Uint8Array> {
  try {
    const { samples, sampleRateHz } = program.speak(text, settings)
    return { id, answer: toLineAudio({ samples, sampleRateHz: sampleRateHz * timbre, pauseMs }) }
  } catch (error) {
    return { id, fault: error instanceof Error ? error.message : 'the speech program failed' }
  }
}
