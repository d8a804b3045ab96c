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

/** Any dynamic number would do. */
export const opusCodec: Codec = { name: 'opus', payloadType: 107, clockRate: 48_000 }

/** Everything that we speak, in order of preference. */
export const knownCodecs: readonly Codec[] = [...defaultCodecs, opusCodec]

/** Key presses, at the clock of the audio beside them (RFC 4733 §2.1). */
export interface EventFormat {
  readonly payloadType: number
  readonly clockRate: 8000 | 48_000
}

interface Mapping extends EventFormat {
  readonly name: string
}

/** The formats of a stream that can be ours, in its order of preference. A doubled payload type counts once. */
function mappings(stream: MediaDescription): Mapping[] {
  const named = new Map<number, Omit<Mapping, 'payloadType'>>()
  for (const { name, value } of stream.attributes) {
    const match = /^(\d{1,3})\s+([^/\s]+)\s*\/\s*(\d+)(?:\s*\/\s*(\d+))?/.exec(value)
    if (name !== 'rtpmap' || !match) continue
    const payloadType = Number(match[1])
    const [, , encoding = '', rate, channels = '1'] = match
    if (!named.has(payloadType)) named.set(payloadType, formatOf(encoding, { rate, channels }))
  }
  return [...new Set(stream.formats)].filter(isPayloadType).map(format => {
    const payloadType = Number(format)
    const unnamed = { name: staticNames.get(payloadType) ?? '', clockRate: 8000 } as const
    return { payloadType, ...(named.get(payloadType) ?? unnamed) }
  })
}

/** Mono at 8 kHz, Opus as RFC 7587 writes it, and key presses at either clock; an empty name is none of ours. */
function formatOf(
  encoding: string,
  { rate, channels }: { rate: string | undefined; channels: string },
): Omit<Mapping, 'payloadType'> {
  const name = encoding.toUpperCase()
  if (rate === '8000' && channels === '1') return { name, clockRate: 8000 }
  const isOpus = name === 'OPUS' && channels === '2'
  const isEvent = name === 'TELEPHONE-EVENT' && channels === '1'
  if (rate === '48000' && (isOpus || isEvent)) return { name: isOpus ? 'opus' : name, clockRate: 48_000 }
  return { name: '', clockRate: 8000 }
}

const isPayloadType = (format: string): boolean => /^\d{1,3}$/.test(format) && Number(format) < 128

/**
 * The first codec of the stream that is also among `ours`, with the payload type that the stream gives it. G.722 is
 * the last resort unless we put it first ourselves: the call is heard at 8 kHz, so that coding it would only cost.
 * Opus costs too, but survives losses: it is taken where the stream prefers it, or we do.
 */
export function firstCommonCodec(stream: MediaDescription, ours: readonly Codec[]): Codec | undefined {
  const common = mappings(stream).flatMap(({ name, payloadType }) => {
    const codec = ours.find(one => one.name === name)
    return codec ? [{ ...codec, payloadType }] : []
  })
  const favourite = ours[0]?.name
  const wanted = favourite === 'G722' || favourite === 'opus' ? favourite : undefined
  return common.find(({ name }) => name === wanted) ?? common.find(({ name }) => name !== 'G722') ?? common[0]
}

/** The codecs of ours that a stream offers. */
export function codecsOf(stream: MediaDescription): Codec[] {
  return mappings(stream).flatMap(({ name, payloadType }) =>
    knownCodecs.filter(codec => codec.name === name).map(codec => ({ ...codec, payloadType })),
  )
}

/** Key presses (RFC 4733 §2.4.1) at the codec's own clock, or where there are none such, at any. */
export function telephoneEventOf(stream: MediaDescription, clockRate: number): EventFormat | undefined {
  const events = mappings(stream).filter(({ name }) => name === 'TELEPHONE-EVENT')
  const event = events.find(one => one.clockRate === clockRate) ?? events[0]
  return event && { payloadType: event.payloadType, clockRate: event.clockRate }
}
