import type { Call, CallSummary } from '@parley/contract/call'
import type { TranscriptEntry } from '@parley/contract/events'
import type { CallId } from '../domain/ids.ts'
import { signLink } from '../domain/signed-link.ts'
import type { CallRow } from './calls.ts'
import type { Database } from './database.ts'

/** What links to recordings are made with. */
export interface Links {
  /** Where clients reach the API, without a slash at the end. */
  readonly publicUrl: string
  readonly secret: Buffer
}

/** How long a link to a recording works. */
const linkSeconds = 7 * 24 * 3600

/** The flat call object of answers and webhooks, read whole: transcript included, links fresh. */
export async function readCallObject(database: Database, row: CallRow, links: Links): Promise<Call> {
  return toCallObject(row, await readTranscript(database, row.id), recordingUrl(row, links))
}

/** The call object from its parts. */
export function toCallObject(
  row: CallRow,
  transcript: readonly TranscriptEntry[],
  recording: string | null,
): Call {
  return { ...toCallSummary(row, recording), transcript: [...transcript], request: row.request }
}

/** The call object without what can be long. */
export function toCallSummary(row: CallRow, recording: string | null): CallSummary {
  return {
    id: row.id,
    account_id: row.account_id,
    phone_number: row.phone_number,
    from_phone_number: row.from_number,
    direction: row.direction,
    status: row.status,
    call_status: row.call_status,
    external_call_id: row.provider_call_id,
    mode: row.mode,
    model: row.model,
    voice: row.voice,
    created_at: row.created_at.toISOString(),
    scheduled_for: row.status === 'pending' ? (row.dial_after?.toISOString() ?? null) : null,
    started_at: row.started_at?.toISOString() ?? null,
    end_at: row.ended_at?.toISOString() ?? null,
    ...durations(row),
    recording_url: recording,
    call_summary: row.summary,
    disposition: row.disposition,
    analysis: row.analysis,
    is_conversion: row.is_conversion,
    answered_by: row.answered_by,
    end_reason: row.end_reason,
    error_message: row.error_message,
    agent_id: row.agent_id,
    campaign_id: row.campaign_id,
    lead_id: row.lead_id,
    attempt: row.attempt,
    completed: row.completed,
    erased_at: row.erased_at?.toISOString() ?? null,
    latency: row.latency,
    line_quality: row.line_stats,
    metadata: row.metadata,
  }
}

/** A signed link while there is something to hear; null otherwise. */
export function recordingUrl(row: CallRow, { publicUrl, secret }: Links): string | null {
  if (row.recording_path === null) return null
  if (row.recording_status !== 'ready' && row.recording_status !== 'partial') return null
  const expiresAt = Date.now() / 1000 + linkSeconds
  return publicUrl + signLink(recordingPath(row.id), { secret, expiresAt })
}

/** The path that a recording is served at, and that its link signs. */
export function recordingPath(id: string): string {
  return `/v1/calls/${id}/recording`
}

/** Minutes from answer to end. Billed are the seconds begun, of every attempt. */
function durations(row: CallRow): Pick<Call, 'duration' | 'actual_duration_billed'> {
  if (row.ended_at === null) return { duration: null, actual_duration_billed: null }
  const seconds = row.answered_at ? Math.max(0, row.ended_at.getTime() - row.answered_at.getTime()) / 1000 : 0
  return {
    duration: minutes(seconds),
    actual_duration_billed: minutes(row.billed_seconds ?? Math.ceil(seconds)),
  }
}

function minutes(seconds: number): number {
  return Number((seconds / 60).toFixed(4))
}

/** The call's lines in the order they were heard. */
export async function readTranscript({ kysely }: Database, callId: CallId): Promise<TranscriptEntry[]> {
  const rows = await kysely
    .selectFrom('transcript_entries')
    .selectAll()
    .where('call_id', '=', callId)
    .orderBy('start_ms')
    .orderBy('id')
    .execute()
  return rows.map(({ call_id: _call, speaker, created_at, ...line }) => ({
    ...line,
    user: speaker,
    created_at: created_at.toISOString(),
  }))
}
