/** A stretch of a document that has one place: a page, or what stands under a heading. */
export interface Section {
  readonly place: string | null
  readonly text: string
}

/** Markdown by its headings (CommonMark: ATX and setext); fenced code holds none. */
export function markdownSections(markdown: string): Section[] {
  const sections = new Sections()
  let fenced = false
  const lines = markdown.split('\n')
  for (const [index, line] of lines.entries()) {
    if (/^ {0,3}(?:```|~~~)/u.test(line)) fenced = !fenced
    const heading = fenced ? null : headingOf(line, lines[index + 1])
    if (heading !== null) sections.begin(heading)
    else if (fenced || !isUnderline(line, lines[index - 1])) sections.add(`${line}\n`)
  }
  return sections.done()
}

function headingOf(line: string, next: string | undefined): string | null {
  const atx = /^ {0,3}#{1,6}\s+(.*?)(?:\s+#+)?\s*$/u.exec(line)?.[1]
  if (atx !== undefined) return atx
  return isUnderline(next, line) ? line.trim() : null
}

function isUnderline(line: string | undefined, above: string | undefined): boolean {
  return line !== undefined && /^ {0,3}(?:=+|-{3,})\s*$/u.test(line) && /^ {0,3}\p{L}/u.test(above ?? '')
}

/** What is read of a parsed HTML node. */
export interface HtmlNode {
  readonly nodeType: number
  readonly nodeName: string
  readonly textContent: string | null
  readonly childNodes: Iterable<HtmlNode>
}

const textNode = 3
const elementNode = 1
/** Deeper nesting is no document; what stands there is read without its shape. */
const deepest = 200
const silent = /^(?:SCRIPT|STYLE|NOSCRIPT|TEMPLATE|SVG|HEAD|IFRAME|OBJECT|FORM|NAV)$/iu
const block =
  /^(?:P|DIV|SECTION|ARTICLE|LI|UL|OL|TR|TABLE|BLOCKQUOTE|PRE|DL|DT|DD|BR|HR|FIGURE|HEADER|FOOTER|MAIN|ASIDE)$/iu

/** HTML by its headings, its blocks as lines. */
export function htmlSections(root: HtmlNode): Section[] {
  const sections = new Sections()
  walk(root, sections, 0)
  return sections.done()
}

function walk(node: HtmlNode, sections: Sections, depth: number): void {
  const { nodeType, nodeName, textContent } = node
  if (nodeType === textNode) return sections.add(wordsOf(textContent))
  if (nodeType === elementNode && silent.test(nodeName)) return
  if (/^H[1-6]$/iu.test(nodeName)) return sections.begin(wordsOf(textContent).trim())
  if (depth > deepest) return sections.add(wordsOf(textContent))
  const edge = block.test(nodeName) ? '\n' : ''
  sections.add(edge)
  for (const child of node.childNodes) walk(child, sections, depth + 1)
  sections.add(/^T[DH]$/iu.test(nodeName) ? ' | ' : edge)
}

function wordsOf(text: string | null): string {
  return (text ?? '').replace(/\s+/gu, ' ')
}

class Sections {
  readonly #done: Section[] = []
  #place: string | null = null
  #parts: string[] = []

  begin(heading: string): void {
    this.#end()
    this.#place = heading === '' ? null : heading
  }

  add(text: string): void {
    this.#parts.push(text)
  }

  done(): Section[] {
    this.#end()
    return this.#done
  }

  #end(): void {
    const text = this.#parts.join('')
    this.#parts = []
    if (text.trim() !== '') this.#done.push({ place: this.#place, text })
  }
}
