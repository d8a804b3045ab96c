import { existsSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { isTest, root, sourceFiles } from './source-files.ts'

/** Past this many lines a file holds more than one idea. */
const longFile = 300
/** Share of code that may stand in long files. When the true share falls, this may follow it down, never up. */
const longShare = 0.1
const longestMap = 100

/** Names that say nothing of what is inside, so that everything ends up there. */
const emptyNames = /(^|-)(utils?|helpers?|managers?|services?|common|misc|shared-code)(-|$)/

const files = sourceFiles('packages', 'test', 'tools')
const nameOf = (path: string) => basename(path).replace(/(\.(test|gen|d))?\.tsx?$/, '')

describe('files', () => {
  it('are short, most of them', () => {
    const sizes = files
      .filter(file => !isTest(file.path) && !file.path.endsWith('.gen.ts'))
      .map(file => ({ path: file.path, lines: file.text.split('\n').length }))
    const long = sizes.filter(size => size.lines > longFile)
    const sum = (list: readonly { lines: number }[]) => list.reduce((total, { lines }) => total + lines, 0)
    expect(
      sum(long) / sum(sizes),
      long.map(size => `${size.path} ${size.lines}`).join('\n'),
    ).toBeLessThanOrEqual(longShare)
  })

  it('have kebab-case names that say what is inside', () => {
    const names = files.map(file => nameOf(file.path))
    expect(names.filter(name => emptyNames.test(name) || name === 'index')).toEqual([])
    expect(
      files.filter(file => !/^[a-z0-9]+(-[a-z0-9]+)*$/.test(nameOf(file.path))).map(file => file.path),
    ).toEqual([])
    const folders = files.flatMap(file => file.path.split('/').slice(0, -1))
    expect(folders.filter(folder => emptyNames.test(folder))).toEqual([])
  })

  it('knows empty names when it sees them', () => {
    for (const name of ['utils', 'call-helpers', 'session-manager', 'service', 'common-types'])
      expect(name).toMatch(emptyNames)
    for (const name of ['utilisation', 'commonplace', 'serviceable']) expect(name).not.toMatch(emptyNames)
  })

  it('has a map of a hundred lines at most', () => {
    const map = join(root, 'AGENTS.md')
    if (existsSync(map))
      expect(readFileSync(map, 'utf8').trimEnd().split('\n').length).toBeLessThanOrEqual(longestMap)
  })
})
