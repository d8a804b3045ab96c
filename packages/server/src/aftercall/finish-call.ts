import type { CallAnalysis } from '@parley/contract/analysis'
import type { Logger } from 'pino'
import { summaryOnly } from '../domain/call-analysis.ts'
import type { CallId } from '../domain/ids.ts'
import type { Recordings } from '../files/recordings.ts'
import type { Analyst } from '../speech/port.ts'
import type { Database } from '../store/database.ts'
import { type FinishedCall, findUnfinished, finish, type UnfinishedCall } from '../store/finish.ts'

export interface FinishDeps {
  readonly database: Database
  readonly recordings: Pick<Recordings, 'repair'>
  readonly analyst: Analyst
  readonly log: Pick<Logger, 'warn'>
  /** How long the analyst may take, in milliseconds. */
  readonly analysisTimeoutMs?: number
}

const defaultAnalysisTimeoutMs = 30_000

/**
 * What follows a call: the recording is made whole, the transcript read and reported on, and the webhook
 * queued that says all is there. May run any number of times. A failing analyst costs the analysis and
 * nothing else; an abort by `signal` rejects, so that the job is done again by somebody else.
 */
export async function finishCall(deps: FinishDeps, callId: CallId, signal: AbortSignal): Promise<void> {
  const call = await findUnfinished(deps.database, callId)
  if (call === null) return
  const recordingStatus = await settleRecording(call, deps)
  const analysis = await analyse(call, deps, signal)
  await finish(deps.database, { callId, analysis, recordingStatus })
}

/** A recording still marked as running belongs to a process that died: what it wrote is kept. */
async function settleRecording(
  { id, recordingPath, recordingStatus }: UnfinishedCall,
  { recordings, log }: FinishDeps,
): Promise<FinishedCall['recordingStatus']> {
  if (recordingStatus !== 'recording') return recordingStatus
  if (recordingPath === null) return 'none'
  try {
    return await recordings.repair(recordingPath)
  } catch (error) {
    log.warn({ err: error, call_id: id }, 'the recording of a call could not be repaired')
    return 'none'
  }
}

async function analyse(
  { id, plan, transcript }: UnfinishedCall,
  deps: FinishDeps,
  signal: AbortSignal,
): Promise<CallAnalysis | null> {
  if (transcript.length === 0) return null
  const deadline = AbortSignal.any([
    signal,
    AbortSignal.timeout(deps.analysisTimeoutMs ?? defaultAnalysisTimeoutMs),
  ])
  const request = {
    terms: plan.analysis ?? summaryOnly,
    prompt: plan.prompt.text,
    facts: plan.requestData,
    transcript,
    language: plan.language,
  }
  try {
    // Raced, because an analyst that does not heed its signal must not hold the webhook back.
    return await Promise.race([deps.analyst.analyse(request, deadline), rejectAt(deadline)])
  } catch (error) {
    signal.throwIfAborted()
    deps.log.warn({ err: error, call_id: id }, 'a call has no analysis: the analyst failed')
    return null
  }
}

function rejectAt(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason)
    signal.addEventListener('abort', () => reject(signal.reason), { once: true })
  })
}
