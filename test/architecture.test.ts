import { readFileSync } from 'node:fs'
import { isBuiltin } from 'node:module'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { adapterParents, npmLimits, packageMap, serverMap, startingFolder } from './import-map.ts'
import {
  importsOf,
  isTest,
  packageNames,
  root,
  type SourceFile,
  sourceFiles,
  targetOf,
} from './source-files.ts'

const serverRoot = 'packages/server/src/'
const all = sourceFiles('packages')
const product = all.filter(file => !isTest(file.path))

interface Manifest {
  dependencies?: Record<string, string>
  optionalDependencies?: Record<string, string>
  devDependencies?: Record<string, string>
}
const manifestOf = (name: string): Manifest =>
  JSON.parse(readFileSync(join(root, name, 'package.json'), 'utf8')) as Manifest

/** Every import of the files that leads into this repository: `from -> to`. */
function edges(files: readonly SourceFile[]): { from: string; to: string }[] {
  return files.flatMap(file =>
    importsOf(file).flatMap(specifier => {
      const to = targetOf(file, specifier)
      return to === null ? [] : [{ from: file.path, to }]
    }),
  )
}

const serverEdges = edges(product)
  .filter(({ from, to }) => from.startsWith(serverRoot) && to.startsWith(serverRoot))
  .map(({ from, to }) => ({ from: from.slice(serverRoot.length), to: to.slice(serverRoot.length) }))
const folderOf = (path: string) => (path.includes('/') ? path.slice(0, path.indexOf('/')) : '')
const told = (list: readonly { from: string; to: string }[]) => list.map(({ from, to }) => `${from} -> ${to}`)

describe('the server', () => {
  it('has only folders that the map knows', () => {
    const folders = new Set(
      product
        .filter(file => file.path.startsWith(serverRoot))
        .map(file => folderOf(file.path.slice(serverRoot.length))),
    )
    expect(
      [...folders].filter(name => !['', startingFolder, ...Object.keys(serverMap)].includes(name)),
    ).toEqual([])
  })

  it('imports along the map and no other way', () => {
    expect(serverEdges.length).toBeGreaterThan(10)
    const wrong = serverEdges.filter(({ from, to }) => {
      const folder = folderOf(from)
      if (folder === '' || folder === startingFolder || folderOf(to) === folder) return false
      const allowed = serverMap[folder] ?? []
      return !allowed.includes(folderOf(to)) && !allowed.includes(to.replace(/\.ts$/, ''))
    })
    expect(told(wrong)).toEqual([])
  })

  it('has adapters that know nothing of each other', () => {
    const adapterOf = (path: string) =>
      adapterParents.flatMap(parent => {
        const rest = path.startsWith(`${parent}/`) ? path.slice(parent.length + 1) : ''
        return rest.includes('/') ? [`${parent}/${folderOf(rest)}`] : []
      })[0]
    const wrong = serverEdges.filter(({ from, to }) => {
      const [own, other] = [adapterOf(from), adapterOf(to)]
      return own !== undefined && other !== undefined && own !== other
    })
    expect(told(wrong)).toEqual([])
  })
})

describe('packages', () => {
  it('are known to the map', () => {
    expect(packageNames().filter(name => !(name in packageMap))).toEqual([])
  })

  it('import along the map, and never a path inside a neighbour', () => {
    const nameOf = (path: string) => path.split('/')[1] ?? ''
    const relative = all.flatMap(file =>
      importsOf(file)
        .filter(specifier => specifier.startsWith('.'))
        .map(specifier => ({ from: file.path, to: targetOf(file, specifier) ?? '' }))
        .filter(({ from, to }) => !to.startsWith(`packages/${nameOf(from)}/`)),
    )
    expect(told(relative)).toEqual([])
    const wrong = edges(product).filter(({ from, to }) => {
      const [own, other] = [nameOf(from), nameOf(to)]
      return own !== other && !(packageMap[own] ?? []).includes(other)
    })
    expect(told(wrong)).toEqual([])
  })

  it.each(packageNames())('%s declares what it uses, and depends on what it may', name => {
    const manifest = manifestOf(`packages/${name}`)
    const declared = Object.keys({ ...manifest.dependencies, ...manifest.optionalDependencies })
    const workspaces = declared
      .filter(one => one.startsWith('@parley/'))
      .map(one => one.slice('@parley/'.length))
    expect(workspaces.filter(one => !(packageMap[name] ?? []).includes(one))).toEqual([])
    const limit = npmLimits[name]
    const npm = declared.filter(one => !one.startsWith('@parley/'))
    if (limit !== undefined) expect(npm.filter(one => !limit.includes(one))).toEqual([])

    const own = all.filter(file => file.path.startsWith(`packages/${name}/`))
    const forTests = [
      ...declared,
      ...Object.keys(manifest.devDependencies ?? {}),
      ...Object.keys(manifestOf('.').devDependencies ?? {}),
      `@parley/${name}`,
      // The simulated people and stand-ins that every package's tests may call in.
      '@parley/rehearsal',
    ]
    const undeclared = own.flatMap(file =>
      importsOf(file)
        .filter(specifier => !specifier.startsWith('.') && !isBuiltin(specifier))
        .map(specifier =>
          specifier
            .split('/')
            .slice(0, specifier.startsWith('@') ? 2 : 1)
            .join('/'),
        )
        .filter(used => !(isTest(file.path) ? forTests : [...declared, `@parley/${name}`]).includes(used))
        .map(used => `${file.path}: ${used}`),
    )
    expect(undeclared).toEqual([])
  })
})
