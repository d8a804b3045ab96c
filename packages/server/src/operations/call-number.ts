import { readFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import type { Call } from '@parley/contract/call'
import type { PlacedCall } from '@parley/contract/place-call'
import { OperatorError } from './archive.ts'
import { reasonOf } from './finding.ts'
import type { ServerApi } from './server-api.ts'
import { eventInWords } from './event-in-words.ts'

/** `parley call NUMBER`: places a call and shows the talk until it is over. */

export interface CallingDeps {
  readonly api: ServerApi
  /** Lines for people, or for programs where `--json` is given. */
  readonly tell: (line: string) => void
  /** What is no part of the talk. */
  readonly remark: (line: string) => void
  /** Runs at each Ctrl-C, until it is disposed. */
  readonly onInterrupt: (act: () => void) => Disposable
}

const options = {
  task: { type: 'string' },
  instructions: { type: 'string' },
  agent: { type: 'string' },
  'first-sentence': { type: 'string' },
  from: { type: 'string' },
  mode: { type: 'string' },
  model: { type: 'string' },
  voice: { type: 'string' },
  language: { type: 'string' },
  minutes: { type: 'string' },
  at: { type: 'string' },
  data: { type: 'string', multiple: true, default: [] as string[] },
  json: { type: 'boolean', default: false },
} as const

/** Whether it came to a talk; null: the arguments make no sense. Throws OperatorError. */
export async function callNumber(deps: CallingDeps, words: readonly string[]): Promise<boolean | null> {
  const { values, positionals } = parseArgs({ args: [...words], allowPositionals: true, options })
  const [number, ...rest] = positionals
  if (number === undefined || rest.length > 0) return null
  const { api, tell, remark } = deps
  const placed = (await api.post('/v1/calls', {
    phone_number: number,
    task: await textOf(values.task),
    instructions: await textOf(values.instructions),
    agent_id: values.agent,
    first_sentence: values['first-sentence'],
    from_number: values.from,
    mode: values.mode,
    model: values.model,
    voice: values.voice,
    stt_language: values.language,
    max_duration: values.minutes === undefined ? undefined : Number(values.minutes),
    schedule_at: values.at,
    request_data: values.data.length === 0 ? undefined : Object.fromEntries(values.data.map(pairOf)),
  })) as PlacedCall
  for (const { path, message } of placed.warnings ?? []) remark(`${path}: ${message}`)
  remark(`call ${placed.call_id}; Ctrl-C: the agent says goodbye; once more: it is hung up`)
  await followTalk(deps, placed.call_id, values.json)
  const call = (await api.get(`/v1/calls/${placed.call_id}`)) as Call
  if (values.json) tell(JSON.stringify({ type: 'call', call }))
  else for (const line of endInWords(call)) tell(line)
  return call.status === 'completed'
}

async function followTalk(
  { api, tell, remark, onInterrupt }: CallingDeps,
  callId: string,
  isJson: boolean,
): Promise<void> {
  const leaving = new AbortController()
  let asked = 0
  const stop = () => {
    asked += 1
    if (asked > 2) return leaving.abort()
    remark(asked === 1 ? 'saying goodbye …' : 'hanging up …')
    api
      .post(`/v1/calls/${callId}/stop`, { farewell: asked === 1 })
      .catch((error: unknown) => remark(reasonOf(error)))
  }
  using _interrupts = onInterrupt(stop)
  for await (const event of api.follow(callId, leaving.signal)) {
    const lines = isJson ? [JSON.stringify(event)] : eventInWords(event)
    for (const line of lines) tell(line)
  }
}

/** `@FILE`: what is in the file. */
async function textOf(given: string | undefined): Promise<string | undefined> {
  if (!given?.startsWith('@')) return given
  return await readFile(given.slice(1), 'utf8').catch((error: unknown) => {
    throw new OperatorError(`${given.slice(1)} can not be read (${reasonOf(error)})`)
  })
}

function pairOf(text: string): [string, string] {
  const at = text.indexOf('=')
  if (at > 0) return [text.slice(0, at), text.slice(at + 1)]
  throw new OperatorError('--data must be NAME=VALUE')
}

function endInWords(call: Call): string[] {
  const end = call.end_reason ?? call.call_status ?? 'unknown'
  return [
    `${call.status}: ${end.replaceAll('_', ' ')}${call.error_message ? ` (${call.error_message})` : ''}`,
    ...(call.call_summary ? [call.call_summary] : []),
  ]
}
