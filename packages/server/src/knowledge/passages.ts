import { plainText } from './plain-text.ts'
import type { Section } from './sections.ts'

/** What an agent is given at once: short enough to be read in a glance, with the place it stands at. */
export interface Passage {
  readonly place: string | null
  readonly text: string
}

export interface CutOptions {
  /** Letters of a passage at most. */
  readonly longest: number
  /** Letters that a passage repeats from the one before, so that no fact is cut in two. */
  readonly overlap: number
}

const defaults: CutOptions = { longest: 900, overlap: 150 }
const longestPlace = 200

/** Cuts at paragraphs, else at sentences, else at words. Passages never cross a section. */
export function cutPassages(sections: readonly Section[], options: CutOptions = defaults): Passage[] {
  return sections.flatMap(({ place, text }) => {
    const plainPlace = place === null ? null : plainText(place).replaceAll('\n', ' ').slice(0, longestPlace)
    return joinPieces(piecesOf(plainText(text), options.longest), options).map(passage => ({
      place: plainPlace === '' ? null : plainPlace,
      text: passage,
    }))
  })
}

/** Sentences, each with what separates it from the next; overlong ones in pieces. */
function piecesOf(text: string, longest: number): string[] {
  const sentences = text.match(/[^\n]+?(?:[.!?…。！？]+["'”’)\]]*(?=\s|$)|$|(?=\n))\s*|\n+/gu) ?? []
  return sentences.flatMap(sentence => (sentence.length <= longest ? [sentence] : words(sentence, longest)))
}

function words(sentence: string, longest: number): string[] {
  const pieces: string[] = []
  let rest = sentence
  while (rest.length > longest) {
    const space = rest.lastIndexOf(' ', longest - 1)
    const at = space > longest / 2 ? space + 1 : longest
    pieces.push(rest.slice(0, at))
    rest = rest.slice(at)
  }
  return [...pieces, rest]
}

function joinPieces(pieces: readonly string[], { longest, overlap }: CutOptions): string[] {
  const passages: string[] = []
  let open: string[] = []
  let length = 0
  let isFresh = false
  for (const piece of pieces) {
    if (length + piece.length > longest && isFresh) {
      passages.push(open.join('').trim())
      open = tailOf(open, Math.min(overlap, longest - piece.length))
      length = open.reduce((sum, kept) => sum + kept.length, 0)
      isFresh = false
    }
    open.push(piece)
    length += piece.length
    isFresh ||= piece.trim() !== ''
  }
  if (isFresh) passages.push(open.join('').trim())
  return passages
}

function tailOf(pieces: readonly string[], most: number): string[] {
  let from = pieces.length
  for (let length = 0; from > 0; from -= 1) {
    length += pieces[from - 1]?.length ?? 0
    if (length > most) break
  }
  return pieces.slice(from)
}
