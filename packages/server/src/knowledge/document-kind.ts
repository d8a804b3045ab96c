import type { DocumentKind } from './extract.ts'

const byExtension: Readonly<Record<string, DocumentKind>> = {
  pdf: 'pdf',
  docx: 'docx',
  txt: 'plain',
  text: 'plain',
  md: 'markdown',
  markdown: 'markdown',
  html: 'html',
  htm: 'html',
}

const byMediaType: Readonly<Record<string, DocumentKind>> = {
  'application/pdf': 'pdf',
  'application/vnd.openxmlformats-officedocument.wordprocessingml.document': 'docx',
  'text/plain': 'plain',
  'text/markdown': 'markdown',
  'text/html': 'html',
  'application/xhtml+xml': 'html',
}

/** Extensions of the files that are taken, as told to whoever sends another one. */
export const knownExtensions = 'pdf, docx, txt, md, html'

/** How a file is to be read, by its name; null: it is of no kind that is taken. */
export function kindOfFile(name: string): DocumentKind | null {
  const extension = /\.([a-z]+)$/iu.exec(name)?.[1]?.toLowerCase() ?? ''
  return Object.hasOwn(byExtension, extension) ? (byExtension[extension] ?? null) : null
}

/** How a web page is to be read, by its `Content-Type`; null: it is of no kind that is taken. */
export function kindOfPage(contentType: string | undefined): DocumentKind | null {
  const type = contentType?.split(';')[0]?.trim().toLowerCase() ?? 'text/html'
  return Object.hasOwn(byMediaType, type) ? (byMediaType[type] ?? null) : null
}

/** What the first bytes say stands against what the name says. */
export function isMislabelled(kind: DocumentKind, bytes: Uint8Array): boolean {
  const start = Buffer.from(bytes.subarray(0, 1_024)).toString('latin1')
  if (kind === 'pdf') return !start.includes('%PDF-')
  return kind === 'docx' && !start.startsWith('PK')
}
