/**
 * Server-sent events (WHATWG HTML §9.2) as an async sequence: lines are gathered into events; comments
 * and unknown fields are skipped. The text of one event is bounded.
 */
export interface ServerEvent {
  readonly id: string | null
  readonly type: string
  readonly data: string
}

const mostCharacters = 1_048_576

export async function* readEventStream(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<ServerEvent> {
  let event = blank()
  for await (const line of linesOf(bytes)) {
    if (line !== '') {
      takeField(event, line)
      continue
    }
    if (event.data.length > 0) yield { id: event.id, type: event.type, data: event.data.join('\n') }
    event = { ...blank(), id: event.id }
  }
}

interface Gathering {
  id: string | null
  type: string
  readonly data: string[]
}

const blank = (): Gathering => ({ id: null, type: 'message', data: [] })

function takeField(event: Gathering, line: string): void {
  const colon = line.indexOf(':')
  if (colon === 0) return
  const name = colon === -1 ? line : line.slice(0, colon)
  const value = colon === -1 ? '' : line.slice(colon + 1).replace(/^ /, '')
  if (name === 'data') event.data.push(value)
  else if (name === 'event') event.type = value
  else if (name === 'id') event.id = value
}

async function* linesOf(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder()
  let rest = ''
  for await (const chunk of bytes) {
    rest += decoder.decode(chunk, { stream: true })
    if (rest.length > mostCharacters) throw new Error('an event of the stream is too long')
    const lines = rest.split(/\r\n|\n|\r(?!$)/)
    rest = lines.pop() ?? ''
    yield* lines
  }
}
