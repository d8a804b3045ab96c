import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { isPermissive, licencesPage, licensedPackages, readLock } from '../tools/licences.ts'
import { root } from './source-files.ts'

describe('licences', () => {
  const packages = licensedPackages(readLock())

  it('are permissive, all that are linked', () => {
    expect(packages.length).toBeGreaterThan(50)
    expect(packages.filter(one => !isPermissive(one.licence))).toEqual([])
  })

  it('are listed in docs/licences.md (npm run licences)', () => {
    expect(readFileSync(join(root, 'docs/licences.md'), 'utf8')).toBe(licencesPage(packages))
  })

  it.each([
    ['MIT', true],
    ['(MIT OR GPL-3.0)', true],
    ['GPL-3.0', false],
    ['LGPL-2.1-or-later', false],
    ['MIT AND GPL-2.0', false],
    ['unknown', false],
  ])('%s: %s', (expression, expected) => expect(isPermissive(expression)).toBe(expected))

  it('counts what a program needs and leaves out what only its makers do', () => {
    const lock = {
      packages: {
        '': {},
        'packages/server': { license: 'MIT' },
        'node_modules/a': { license: 'MIT' },
        'node_modules/b/node_modules/a': { license: 'GPL-3.0' },
        'node_modules/maker': { license: 'GPL-3.0', dev: true },
        'node_modules/@scope/c': {},
      },
    }
    expect(licensedPackages(lock)).toEqual([
      { name: '@scope/c', licence: 'unknown' },
      { name: 'a', licence: 'GPL-3.0 AND MIT' },
    ])
  })
})
