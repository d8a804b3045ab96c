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
        'node_modules/a': { version: '1.0.0', license: 'MIT' },
        'node_modules/b/node_modules/a': { version: '2.0.0', license: 'GPL-3.0' },
        'node_modules/maker': { version: '1.0.0', license: 'GPL-3.0', dev: true },
        'node_modules/@scope/c': { version: '3.0.0' },
      },
    }
    expect(licensedPackages(lock)).toEqual([
      { name: '@scope/c', versions: '3.0.0', licence: 'unknown' },
      { name: 'a', versions: '1.0.0, 2.0.0', licence: 'GPL-3.0 AND MIT' },
    ])
  })
})
