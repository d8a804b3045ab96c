import type { CallEvent } from '@parley/contract/events'

/** Marks text for the terminal; without one it stays as it is. */
export interface Ink {
  bold(text: string): string
  dim(text: string): string
  accent(text: string): string
}

const escape =
  (code: number) =>
  (text: string): string =>
    `\u001b[${code}m${text}\u001b[0m`
const plain = (text: string): string => text

export function createInk(colours: boolean): Ink {
  return colours
    ? { bold: escape(1), dim: escape(2), accent: escape(36) }
    : { bold: plain, dim: plain, accent: plain }
}

/** The lines that one event of a call adds to the live transcript; none for what is of no interest here. */
export function showEvent(event: CallEvent, ink: Ink): string[] {
  switch (event.type) {
    case 'dialing':
    case 'ringing':
      return [quiet(null, event.type, ink)]
    case 'answered':
      return [quiet(0, `answered · ${event.mode} · ${event.model} · voice ${event.voice}`, ink)]
    case 'transcript':
      return showEntry(event.entry, ink)
    case 'turn_latency':
      return [quiet(null, showLatency(event.latency), ink)]
    case 'interruption':
      return [quiet(event.at_ms, 'the person interrupts, the agent stops', ink)]
    case 'digit':
      return [quiet(event.at_ms, `key ${event.digit}`, ink)]
    case 'tool_call':
      return [quiet(event.at_ms, `agent uses ${event.name}`, ink)]
    case 'silence_prompt':
      return [quiet(event.at_ms, 'nobody speaks, the agent asks', ink)]
    case 'fault':
      return [quiet(event.at_ms, `trouble with the ${event.source}: ${event.detail}`, ink)]
    case 'ended':
      return [quiet(null, showEnd(event), ink)]
    default:
      return []
  }
}

type Entry = Extract<CallEvent, { type: 'transcript' }>['entry']
type Latency = Extract<CallEvent, { type: 'turn_latency' }>['latency']

function showEnd({
  call_status: network,
  end_reason: reason,
}: Extract<CallEvent, { type: 'ended' }>): string {
  return ['call over', network, ...(reason === null ? [] : [inWords(reason)])].join(' · ')
}

const speakers = { assistant: 'Agent', user: 'Person', dtmf: 'Keys' } as const

/** A tool's line would repeat what `tool_call` has shown. */
function showEntry({ user, text, start_ms: startMs, interrupted }: Entry, ink: Ink): string[] {
  if (user === 'tool') return []
  const name = speakers[user].padEnd(8)
  const said = `${text}${interrupted ? ' —' : ''}`
  return [`  ${ink.dim(clock(startMs))}  ${user === 'assistant' ? ink.accent(name) : ink.bold(name)}${said}`]
}

function showLatency({ voice_to_voice_ms: total, ...parts }: Latency): string {
  const known = [
    ['end of turn', parts.endpoint_ms],
    ['words', parts.recognition_ms],
    ['first token', parts.first_token_ms],
    ['first sound', parts.first_audio_ms],
  ].flatMap(([name, ms]) => (typeof ms === 'number' ? [`${name} ${Math.round(ms)}`] : []))
  const detail = known.length > 0 ? `  (${known.join(' · ')})` : ''
  return `answered after ${Math.round(total)} ms${detail}`
}

const quiet = (atMs: number | null, text: string, ink: Ink): string =>
  ink.dim(`  ${atMs === null ? '       ' : clock(atMs)}  ${text}`)

/** Minutes, seconds and tenths of the call: `0:07.4`. */
function clock(ms: number): string {
  const tenths = Math.max(0, Math.round(ms / 100))
  const seconds = Math.floor(tenths / 10)
  const text = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}.${tenths % 10}`
  return text.padStart(7)
}

export const inWords = (name: string): string => name.replaceAll('_', ' ')
