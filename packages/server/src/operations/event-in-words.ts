import type { CallEvent } from '@parley/contract/events'

/** The lines of a call that people follow; none for what only programs want. */
export function eventInWords(event: CallEvent): string[] {
  if (event.type === 'transcript') return entryInWords(event.entry)
  const words = happening(event)
  return words === null ? [] : [`${' '.repeat(clockWidth)}  ${words}`]
}

function happening(event: CallEvent): string | null {
  switch (event.type) {
    case 'queued':
    case 'dialing':
    case 'ringing':
      return event.type
    case 'scheduled':
      return ['waits until', event.at, event.because ?? ''].join(' ').trimEnd()
    case 'refused':
      return `${event.code}: ${event.detail}`
    case 'retrying':
      return `${event.call_status}; again at ${event.at}`
    case 'answered':
      return `answered · ${event.mode} · ${event.model} · ${event.voice}`
    case 'tool_call':
      return `the agent uses ${event.name}`
    case 'transferred':
      return `connected with ${event.destination}`
    case 'fault':
      return `trouble with the ${event.source}: ${event.detail}`
    default:
      return null
  }
}

type Entry = Extract<CallEvent, { type: 'transcript' }>['entry']

const speakers = { assistant: 'Agent', user: 'Callee', dtmf: 'Keys' } as const

function entryInWords({ user, text, start_ms: startMs, interrupted }: Entry): string[] {
  // `tool_call` has told of it.
  if (user === 'tool') return []
  return [`${clock(startMs)}  ${speakers[user].padEnd(8)}${text}${interrupted ? ' —' : ''}`]
}

const clockWidth = 7

/** Minutes, seconds and tenths of the call. */
function clock(ms: number): string {
  const tenths = Math.max(0, Math.round(ms / 100))
  const [minutes, seconds] = [Math.floor(tenths / 600), Math.floor(tenths / 10) % 60]
  return `${minutes}:${String(seconds).padStart(2, '0')}.${tenths % 10}`.padStart(clockWidth)
}
