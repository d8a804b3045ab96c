import { expect, test } from 'vitest'
import { sharedApi } from '../http-api.ts'
import { describedBy } from './operations.ts'

const api = sharedApi()

/** Served, and no part of the API: the document itself and the page that shows it. */
const apart = /^\/(?:openapi\.json|docs(?:\/|$))/

test('the document has every route, and no other', async () => {
  const { operations } = await describedBy(api())
  const served = routesIn(api().app.printRoutes({ commonPrefix: false }))
  expect(served.length).toBeGreaterThan(60)
  expect(operations.map(({ name }) => name).toSorted()).toEqual(served.toSorted())
})

/**
 * `GET /v1/calls/{id}`, …, from the tree that Fastify prints: four columns per level, methods in brackets, parameters
 * as `:id`. HEAD comes with GET, OPTIONS with nothing.
 */
function routesIn(tree: string): string[] {
  const above: string[] = []
  return tree.split('\n').flatMap(line => {
    const found = /^(?<indent>[│ ]*)[├└]── (?<part>\S+)(?: \((?<methods>[A-Z, ]+)\))?/.exec(line)?.groups
    if (found === undefined) return []
    const { indent = '', part = '', methods = '' } = found
    const level = indent.length / 4
    above.splice(level, above.length, part)
    const path = above.join('').replaceAll(/:(\w+)/g, '{$1}')
    if (apart.test(path)) return []
    return methods
      .split(', ')
      .flatMap(method => (/^(HEAD|OPTIONS)?$/.test(method) ? [] : [`${method} ${path}`]))
  })
}

test('every operation says who may use it, what it answers, and that it may refuse', async () => {
  const { operations } = await describedBy(api())
  const open = operations.filter(({ scope }) => scope === 'public').map(({ path }) => path)
  expect(open).toEqual(['/healthz', '/readyz', '/metrics', '/errors/{code}'])
  for (const { name, answers, successes, scope } of operations) {
    expect(successes, name).not.toEqual([])
    if (scope !== 'public') expect(Object.keys(answers), name).toContain('4XX')
  }
})

test('every body has an example', async () => {
  const { operations } = await describedBy(api())
  const without = operations.filter(({ body }) => body !== null && body.examples.length === 0)
  expect(without.map(({ name }) => name)).toEqual([])
})
