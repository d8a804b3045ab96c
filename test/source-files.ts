import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, posix } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The repository's folder. */
export const root = dirname(dirname(fileURLToPath(import.meta.url)))

export interface SourceFile {
  /** From the repository's folder, with forward slashes. */
  readonly path: string
  readonly text: string
}

const skipped = new Set(['node_modules', 'dist', 'coverage'])

/** Every TypeScript file under these folders of the repository, tests included. */
export function sourceFiles(...folders: readonly string[]): SourceFile[] {
  return folders.flatMap(folder =>
    readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry): SourceFile[] => {
      const path = posix.join(folder, entry.name)
      if (entry.isDirectory()) return skipped.has(entry.name) ? [] : sourceFiles(path)
      return /\.tsx?$/.test(entry.name) ? [{ path, text: readFileSync(join(root, path), 'utf8') }] : []
    }),
  )
}

/** Names of the folders under `packages/`. */
export function packageNames(): string[] {
  return readdirSync(join(root, 'packages'))
}

/** A file that tests alone use. */
export function isTest(path: string): boolean {
  return path.endsWith('.test.ts') || /^packages\/[^/]+\/test\//.test(path)
}

const importForms = [
  /^\s*(?:import|export)\b[^'"`;]*?\bfrom\s*['"]([^'"`$]+)['"]/gm,
  /^\s*import\s*['"]([^'"`$]+)['"]/gm,
  /\bimport\(\s*['"]([^'"`$]+)['"]/g,
  /\bnew URL\(\s*['"](\.[^'"]+\.ts)['"]\s*,\s*import\.meta\.url/g,
]

/** What a file imports, type imports, dynamic ones and worker files included, as it is written there. */
export function importsOf({ text }: SourceFile): string[] {
  return importForms.flatMap(form => [...text.matchAll(form)].map(match => match[1] ?? ''))
}

/** Where an import leads, as a path of the repository; null when it leads to a package of npm or Node. */
export function targetOf(file: SourceFile, specifier: string): string | null {
  if (specifier.startsWith('.')) return posix.join(posix.dirname(file.path), specifier)
  const workspace = /^@parley\/([^/]+)\/(.+)$/.exec(specifier)
  return workspace ? `packages/${workspace[1]}/src/${workspace[2]}.ts` : null
}
