import type { CallPlan } from '../../domain/call-plan.ts'
import { type SearchDeps, searchKnowledge } from '../../knowledge/search.ts'
import type { CalledTool } from './called-tool.ts'

/** Passages that the model is given at once. */
const mostPassages = 4

/** Looks up what the documents of the call say. */
export function knowledgeTool(
  { accountId: account, knowledgeBaseIds: ids = [] }: CallPlan,
  deps: SearchDeps,
): CalledTool {
  return {
    definition: {
      name: 'search_knowledge',
      description:
        'Looks up what the documents of this call say. Use it before you state prices, hours, rules or other facts that you were not told. Say only what it finds; when it finds nothing, say that you do not know.',
      parameters: {
        type: 'object',
        properties: {
          query: {
            type: 'string',
            description: 'What is to be found out, in a few words of the documents’ language.',
            minLength: 1,
            maxLength: 300,
          },
        },
        required: ['query'],
        additionalProperties: false,
      },
    },
    hasEffects: false,
    isOwn: true,
    waitingLine: null,
    afterwards: 'answer',
    async call({ arguments: given }) {
      const query = String(given['query'])
      const found = await searchKnowledge(deps, { account, ids }, { query, limit: mostPassages })
      const passages = found.map(({ source, place, text }) => ({ source, place, text }))
      return { ok: true, result: { passages } }
    },
  }
}
