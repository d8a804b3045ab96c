import type { FastifyInstance } from 'fastify'

/** Remembers every route, to tell a wrong method (405) from a wrong path (404). */
export interface KnownPaths {
  /** Methods that the path does answer to; empty for a path that is none. */
  methodsOf(path: string): string[]
}

export function watchPaths(app: FastifyInstance): KnownPaths {
  const routes = new Map<string, { shape: RegExp; methods: Set<string> }>()
  app.addHook('onRoute', ({ url, method }) => {
    const route = routes.get(url) ?? { shape: shapeOf(url), methods: new Set<string>() }
    routes.set(url, route)
    for (const name of [method].flat()) route.methods.add(name)
  })
  return {
    methodsOf: path => [
      ...new Set(
        [...routes.values()].filter(({ shape }) => shape.test(path)).flatMap(({ methods }) => [...methods]),
      ),
    ],
  }
}

/** `/v1/calls/:id/stop` as an expression that its paths match. */
function shapeOf(url: string): RegExp {
  const parts = url.split('/').map(part => {
    if (part.startsWith(':')) return '[^/]+'
    return part === '*' ? '.*' : part.replace(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`)
  })
  return new RegExp(`^${parts.join('/')}$`)
}
