import { z } from 'zod'
import type { BrainMessage } from '../../cascade/port.ts'
import type { Dialogue } from './dialogue.ts'

/** A question that no pattern of the brain answers, and documents may. */
export function isOpenQuestion({ move }: Dialogue, sentence: string): boolean {
  return move === 'not_understood' && question.test(sentence)
}

const question =
  /^(?:(?:and|but|so|okay|well)\s+)*(?:what|when|where|which|who|how|why|is|are|do|does|can|could|may|will)\b/iu

/** What a search that the brain has just made has found; null: it has made none. Empty: nothing. */
export function foundIn(messages: readonly BrainMessage[]): string | null {
  const last = messages.at(-1)
  if (last?.role !== 'tool_result' || last.name !== 'search_knowledge') return null
  try {
    const read = searchResult.safeParse(JSON.parse(last.result))
    return read.success ? (read.data.result.passages[0]?.text ?? '') : ''
  } catch {
    // What can not be read says as much as nothing.
    return ''
  }
}

const searchResult = z.object({
  result: z.object({ passages: z.array(z.object({ text: z.string() })) }),
})

/** More than two sentences are no answer on a phone. */
export function foundText(found: string): string {
  const sentences = found.replaceAll(/\s+/gu, ' ').match(/[^.!?]+[.!?]*/gu) ?? []
  const spoken = sentences.slice(0, 2).join('').trim()
  return spoken === '' ? `I'm sorry, I don't have that information here.` : spoken
}
