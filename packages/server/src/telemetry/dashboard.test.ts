import { readFile } from 'node:fs/promises'
import { collectDefaultMetrics, Registry } from 'prom-client'
import { expect, test } from 'vitest'
import { apiMetrics } from './api-metrics.ts'
import { callMetrics } from './call-metrics.ts'
import { countFaults } from './provider-metrics.ts'

interface Dashboard {
  readonly panels: readonly {
    readonly id: number
    readonly type: string
    readonly gridPos: { readonly x: number; readonly w: number }
    readonly targets?: readonly { readonly expr: string }[]
  }[]
}

const file = new URL('../../../../deploy/grafana/parley.json', import.meta.url)
const dashboard = JSON.parse(await readFile(file, 'utf8')) as Dashboard

/** What the processes of the platform tell, by name, with the labels that each has. */
async function exported(): Promise<Map<string, ReadonlySet<string>>> {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  callMetrics(registry, () => ({ live: 0, most: 0 }))
  apiMetrics(registry)
  countFaults({ open: () => Promise.reject(new Error('never opened')) }, registry)
  // The labels of a metric are no part of what prom-client's types tell.
  const labelled = registry.getMetricsAsArray() as unknown as {
    name: string
    type: string
    labelNames: string[]
  }[]
  return new Map(
    labelled.flatMap(({ name, labelNames }) => {
      const labels = new Set([...labelNames, 'role', 'instance', 'le'])
      return ['', '_bucket', '_sum', '_count'].map(part => [name + part, labels] as const)
    }),
  )
}

const expressions = dashboard.panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr))

test('every metric and label that the dashboard names is exported', async () => {
  const metrics = await exported()
  const named = expressions.flatMap(expr =>
    [...expr.matchAll(/\b(?:parley|nodejs|process)_\w+/g)].map(String),
  )
  expect(named.length).toBeGreaterThanOrEqual(dashboard.panels.filter(({ type }) => type !== 'row').length)
  expect(named.filter(name => !metrics.has(name))).toEqual([])
  for (const expr of expressions) {
    const [metric = ''] = /\b(?:parley|nodejs|process)_\w+/.exec(expr) ?? []
    const grouped = [...expr.matchAll(/\bby \(([^)]*)\)/g)].flatMap(([, list = '']) => list.split(/,\s*/))
    const matched = [...expr.matchAll(/(\w+)!?[=~]+"/g)].map(([, label = '']) => label)
    for (const label of [...grouped, ...matched])
      expect(metrics.get(metric), `${label} in ${expr}`).toContain(label)
  }
})

test('everything that the platform itself exports is on the dashboard', async () => {
  const registry = new Registry()
  callMetrics(registry, () => ({ live: 0, most: 0 }))
  apiMetrics(registry)
  countFaults({ open: () => Promise.reject(new Error('never opened')) }, registry)
  const all = expressions.join(' ')
  expect(
    registry
      .getMetricsAsArray()
      .map(({ name }) => name)
      .filter(name => !all.includes(name)),
  ).toEqual([])
})

test('the file is sound: ids are told apart, panels fit, brackets match', () => {
  const ids = dashboard.panels.map(({ id }) => id)
  expect(new Set(ids).size).toBe(ids.length)
  for (const { gridPos } of dashboard.panels) expect(gridPos.x + gridPos.w).toBeLessThanOrEqual(24)
  for (const expr of expressions) {
    for (const [open, close] of ['()', '[]', '{}']) {
      expect(expr.split(open ?? '').length, expr).toBe(expr.split(close ?? '').length)
    }
  }
})
