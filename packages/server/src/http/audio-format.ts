import { ApiError } from '@parley/contract/errors'
import { z } from 'zod'

export const audioFormats = ['wav', 'mp3'] as const
export type AudioFormat = (typeof audioFormats)[number]

/** The first one is what we answer; programs ask by the others as well. */
const mediaTypes = {
  wav: ['audio/wav', 'audio/x-wav', 'audio/wave', 'audio/vnd.wave'],
  mp3: ['audio/mpeg', 'audio/mp3'],
} as const satisfies Record<AudioFormat, readonly [string, ...string[]]>

export const audioTypes = { wav: mediaTypes.wav[0], mp3: mediaTypes.mp3[0] } as const

/** For the document: the answer of a route whose format `audioFormat` chooses. */
export const audioAnswer = {
  description: 'Audio',
  content: { 'audio/wav': { schema: z.any() }, 'audio/mpeg': { schema: z.any() } },
}

/**
 * What to answer with: what the query names; else what `Accept` likes best (RFC 9110, 12.5.1), and WAV where it does not
 * mind. Throws ApiError `not_acceptable`.
 */
export function audioFormat(accept: string | undefined, named: AudioFormat | undefined): AudioFormat {
  if (named !== undefined) return named
  const ranges = (accept ?? '*/*').split(',').map(readRange)
  const [wav, mp3] = [weightOf('wav', ranges), weightOf('mp3', ranges)]
  if (wav === 0 && mp3 === 0)
    throw new ApiError('not_acceptable', { detail: 'There is audio/wav and audio/mpeg' })
  return mp3 > wav ? 'mp3' : 'wav'
}

interface MediaRange {
  readonly type: string
  /** From 0, refused, to 1. */
  readonly weight: number
}

function readRange(range: string): MediaRange {
  const [type = '', ...parameters] = range.split(';').map(part => part.trim().toLowerCase())
  const weight = Number(parameters.find(parameter => parameter.startsWith('q='))?.slice(2) ?? 1)
  return { type, weight: weight >= 0 && weight <= 1 ? weight : 0 }
}

/** The most exact of the ranges that a format falls under counts. */
function weightOf(format: AudioFormat, ranges: readonly MediaRange[]): number {
  const types: readonly string[] = mediaTypes[format]
  for (const names of [types, ['audio/*'], ['*/*']]) {
    const weights = ranges.filter(({ type }) => names.includes(type)).map(({ weight }) => weight)
    if (weights.length > 0) return Math.max(...weights)
  }
  return 0
}
