import { z } from 'zod'
import type { Api, HttpDeps } from '../deps.ts'

/** `/metrics`: figures of this process for Prometheus. Open like `/healthz`: it holds no personal data. */
export function metricsRoutes(app: Api, { metrics }: Pick<HttpDeps, 'metrics'>): void {
  app.get(
    '/metrics',
    {
      config: { access: 'public', isProbed: true },
      schema: {
        tags: ['Health'],
        summary: 'Figures for Prometheus',
        response: { 200: { description: 'Metrics', content: { 'text/plain': { schema: z.string() } } } },
      },
    },
    async (_request, reply) => {
      const { type, text } = await metrics.read()
      return await reply.header('content-type', type).send(text)
    },
  )
}
