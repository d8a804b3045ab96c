import type { Outgoing } from '../outgoing/outgoing.ts'
import { OutgoingFault } from '../outgoing/outgoing-fault.ts'
import { kindOfPage } from './document-kind.ts'
import { type DocumentKind, UnreadableDocument } from './extract.ts'

const mostPageBytes = 10 * 1024 * 1024
const deadlineMs = 20_000
const mostRedirects = 5

/** Fetches a page that a customer named; every redirect is checked like the first address. Rejects with UnreadableDocument. */
export async function fetchPage(
  outgoing: Outgoing,
  url: string,
  signal: AbortSignal,
): Promise<{ kind: DocumentKind; bytes: Uint8Array }> {
  const deadline = AbortSignal.any([signal, AbortSignal.timeout(deadlineMs)])
  let at = url
  try {
    for (let hops = 0; hops <= mostRedirects; hops += 1) {
      const got = await get(outgoing, at, deadline)
      if (!('location' in got)) return got
      at = new URL(got.location, at).href
    }
  } catch (error) {
    if (error instanceof OutgoingFault) throw new UnreadableDocument(`The page: ${error.message}`, error)
    throw error
  }
  throw new UnreadableDocument(`The page redirects more than ${mostRedirects} times`)
}

type Got = { kind: DocumentKind; bytes: Uint8Array } | { location: string }

async function get(outgoing: Outgoing, url: string, signal: AbortSignal): Promise<Got> {
  const headers = { accept: 'text/html, application/pdf, text/markdown, text/plain;q=0.9' }
  await using answer = await outgoing.request(url, { method: 'GET', headers }, signal)
  const location = answer.header('location')
  if (answer.status >= 300 && answer.status < 400 && location !== undefined && URL.canParse(location, url))
    return { location }
  if (answer.status !== 200) throw new UnreadableDocument(`The page answered with HTTP ${answer.status}`)
  const kind = kindOfPage(answer.header('content-type'))
  if (kind === null) throw new UnreadableDocument('The page is neither HTML, PDF, DOCX, Markdown nor text')
  return { kind, bytes: await answer.read(mostPageBytes) }
}
