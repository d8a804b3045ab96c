import { status } from '@grpc/grpc-js'
import { VoiceFault, type TimedWord } from '../../../port.ts'
import type { Duration, RecognizeResponse, StreamingResult } from './protocol.ts'

export const PROVIDER = 'google'

/** What a response tells; times are milliseconds of the audio that its stream was sent. */
export interface Results {
  /** Texts that will not change, each with its words. */
  readonly finals: readonly { text: string; startMs: number; endMs: number; words: readonly TimedWord[] }[]
  /** The guess at what follows them; null: none was told. */
  readonly guess: { readonly text: string; readonly endMs: number } | null
}

/** `settledMs`: the end of the final text before. */
export function readResults({ results = [] }: RecognizeResponse, settledMs: number): Results {
  const finals = results.filter(({ isFinal }) => isFinal === true).map(result => finalOf(result, settledMs))
  const guesses = results.filter(({ isFinal }) => isFinal !== true)
  const text = guesses.map(textOf).join('').trim()
  const endMs = Math.max(settledMs, ...guesses.map(({ resultEndTime }) => millisecondsOf(resultEndTime)))
  return { finals, guess: text === '' ? null : { text, endMs } }
}

function finalOf(result: StreamingResult, settledMs: number): Results['finals'][number] {
  const words = (result.alternatives?.[0]?.words ?? []).map(({ word = '', startTime, endTime }) => ({
    text: word,
    startMs: millisecondsOf(startTime),
    endMs: millisecondsOf(endTime),
  }))
  const endMs = millisecondsOf(result.resultEndTime)
  return {
    text: textOf(result).trim(),
    startMs: words[0]?.startMs ?? settledMs,
    endMs: words.at(-1)?.endMs ?? endMs,
    words,
  }
}

function textOf({ alternatives }: StreamingResult): string {
  return alternatives?.[0]?.transcript ?? ''
}

function millisecondsOf({ seconds = 0, nanos = 0 }: Duration = {}): number {
  return seconds * 1000 + nanos / 1e6
}

const kinds: Readonly<Partial<Record<status, VoiceFault['kind']>>> = {
  [status.UNAUTHENTICATED]: 'unauthorized',
  [status.PERMISSION_DENIED]: 'unauthorized',
  [status.RESOURCE_EXHAUSTED]: 'rate_limited',
  [status.DEADLINE_EXCEEDED]: 'timeout',
  [status.INVALID_ARGUMENT]: 'refused',
  [status.NOT_FOUND]: 'refused',
  [status.FAILED_PRECONDITION]: 'refused',
  [status.UNIMPLEMENTED]: 'protocol',
  [status.INTERNAL]: 'protocol',
}

/** How a stream ended, in our words. `secret` is struck out, should the service echo it. */
export function faultOf({ code, details }: { code: number; details: string }, secret: string): VoiceFault {
  const safe = secret === '' ? details : details.replaceAll(secret, '***')
  const message = `${status[code] ?? code}: ${safe}`.slice(0, 200)
  return new VoiceFault(PROVIDER, kindOf(code, safe), { message })
}

function kindOf(code: status, details: string): VoiceFault['kind'] {
  if (/api key/iu.test(details)) return 'unauthorized'
  if (code === status.RESOURCE_EXHAUSTED && /quota/iu.test(details)) return 'quota'
  return kinds[code] ?? 'unreachable'
}
