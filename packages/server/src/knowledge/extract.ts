import { type HtmlNode, htmlSections, markdownSections, type Section } from './sections.ts'

/** Each kind loads what reads it, and no other: together they take a second. */
const loading = {
  pdf: () => import('unpdf'),
  docx: async () => (await import('mammoth')).default,
  html: () => import('linkedom'),
  article: () => import('@mozilla/readability'),
}

/** How a document is read. */
export type DocumentKind = 'pdf' | 'docx' | 'html' | 'markdown' | 'plain'

/** A document that can not be read; the message is for whoever gave it. */
export class UnreadableDocument extends Error {
  constructor(message: string, cause?: unknown) {
    super(message, { cause })
    this.name = 'UnreadableDocument'
  }
}

/** The words of a document with their places. Runs for long: not on a thread that does something else. */
export async function extractSections(kind: DocumentKind, bytes: Uint8Array): Promise<Section[]> {
  switch (kind) {
    case 'pdf':
      return await pdfSections(bytes)
    case 'docx':
      return await docxSections(bytes)
    case 'html':
      return await pageSections(decode(bytes))
    case 'markdown':
      return markdownSections(decode(bytes))
    case 'plain':
      return [{ place: null, text: decode(bytes) }]
  }
}

async function pdfSections(bytes: Uint8Array): Promise<Section[]> {
  const { extractText, getDocumentProxy } = await loading.pdf()
  const document = await getDocumentProxy(bytes)
  const { text } = await extractText(document, { mergePages: false })
  return text.map((page, index) => ({ place: `page ${index + 1}`, text: page }))
}

async function docxSections(bytes: Uint8Array): Promise<Section[]> {
  const mammoth = await loading.docx()
  const { value } = await mammoth.convertToHtml(
    { buffer: Buffer.from(bytes) },
    // Pictures say nothing here; without this they would be carried along as text.
    { convertImage: mammoth.images.imgElement(async () => ({ src: '' })), externalFileAccess: false },
  )
  return htmlSections(await bodyOf(value))
}

/** A web page without its menus and advertisements where it can be told what they are, else all of it. */
async function pageSections(html: string): Promise<Section[]> {
  const [{ parseHTML }, { Readability }] = await Promise.all([loading.html(), loading.article()])
  const { document } = parseHTML(html)
  const article = new Readability(document, { serializer: content => content }).parse()
  const content = article?.content
  const main = content ? htmlSections(content as unknown as HtmlNode) : []
  return main.length > 0 ? main : htmlSections(await bodyOf(html))
}

async function bodyOf(html: string): Promise<HtmlNode> {
  const { parseHTML } = await loading.html()
  const { document } = parseHTML(/<body\b/iu.test(html) ? html : `<html><body>${html}</body></html>`)
  return document.body as unknown as HtmlNode
}

/** UTF-8, or what a byte order mark says; bytes that are neither are read as Windows' Latin. */
function decode(bytes: Uint8Array): string {
  const [first, second] = bytes
  if (first === 0xff && second === 0xfe) return new TextDecoder('utf-16le').decode(bytes)
  if (first === 0xfe && second === 0xff) return new TextDecoder('utf-16be').decode(bytes)
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    // Every byte means something in this one.
    return new TextDecoder('windows-1252').decode(bytes)
  }
}
