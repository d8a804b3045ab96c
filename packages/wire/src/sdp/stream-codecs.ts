import type { Codec, CodecName } from './negotiated-media.ts'
import type { MediaDescription } from './session-description.ts'

/** The payload types of RFC 3551 §6 that need no `rtpmap`. */
const staticNames: ReadonlyMap<number, CodecName> = new Map([
  [0, 'PCMU'],
  [8, 'PCMA'],
  [9, 'G722'],
])

export const defaultCodecs: readonly Codec[] = [
  { name: 'PCMU', payloadType: 0, clockRate: 8000 },
  { name: 'PCMA', payloadType: 8, clockRate: 8000 },
  { name: 'G722', payloadType: 9, clockRate: 8000 },
]

interface Mapping {
  readonly payloadType: number
  readonly name: string
}

/** The mono 8 kHz formats of a stream in its order of preference. A doubled payload type counts once. */
function mappings(stream: MediaDescription): Mapping[] {
  const named = new Map<number, string>()
  for (const { name, value } of stream.attributes) {
    const match = /^(\d{1,3})\s+([^/\s]+)\s*\/\s*(\d+)(?:\s*\/\s*(\d+))?/.exec(value)
    if (name !== 'rtpmap' || !match) continue
    const payloadType = Number(match[1])
    const usable = match[3] === '8000' && (match[4] ?? '1') === '1'
    if (!named.has(payloadType)) named.set(payloadType, usable ? (match[2] ?? '').toUpperCase() : '')
  }
  return [...new Set(stream.formats)].filter(isPayloadType).map(format => {
    const payloadType = Number(format)
    return { payloadType, name: named.get(payloadType) ?? staticNames.get(payloadType) ?? '' }
  })
}

const isPayloadType = (format: string): boolean => /^\d{1,3}$/.test(format) && Number(format) < 128

/**
 * The first codec of the stream that is also among `ours`, with the payload type that the stream gives it. G.722 is
 * the last resort unless we put it first ourselves: the call is heard at 8 kHz, so that coding it would only cost.
 */
export function firstCommonCodec(stream: MediaDescription, ours: readonly Codec[]): Codec | undefined {
  const common = mappings(stream).flatMap(({ name, payloadType }) => {
    const codec = ours.find(one => one.name === name)
    return codec ? [{ ...codec, payloadType }] : []
  })
  const wantsWideband = ours[0]?.name === 'G722'
  return common.find(codec => (codec.name === 'G722') === wantsWideband) ?? common[0]
}

/** The codecs of ours that a stream offers. */
export function codecsOf(stream: MediaDescription): Codec[] {
  return mappings(stream).flatMap(({ name, payloadType }) =>
    defaultCodecs.filter(codec => codec.name === name).map(codec => ({ ...codec, payloadType })),
  )
}

/** The payload type of key presses at 8 kHz (RFC 4733 §2.4.1). */
export const telephoneEventOf = (stream: MediaDescription): number | undefined =>
  mappings(stream).find(({ name }) => name === 'TELEPHONE-EVENT')?.payloadType
