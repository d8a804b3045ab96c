import { z } from 'zod'
import { languageTag, text, timestamp } from './fields.ts'
import { pageOf } from './page.ts'

/** What agents may look things up in: a text, a file or a web page each. */

export const knowledgeTypes = ['text', 'file', 'web'] as const
export type KnowledgeType = (typeof knowledgeTypes)[number]
export const knowledgeStatuses = ['processing', 'ready', 'failed'] as const
export type KnowledgeStatus = (typeof knowledgeStatuses)[number]

/** Upper bounds of what is read. */
export const mostTextLength = 500_000
export const mostFileBytes = 20 * 1024 * 1024

const name = text({ min: 1, max: 200 })
const language = languageTag.meta({ description: 'What the document is written in, BCP 47.' })
const content = text({ min: 1, max: mostTextLength }).meta({ description: '`text`: the words themselves.' })
const url = z
  .url({ protocol: /^https?$/, hostname: /^.+$/, error: 'Must be an http or https URL' })
  .max(2_048)
  .regex(/^[^\0- ]+$/, { error: 'Must be an http or https URL' })
  .meta({ description: '`web`: the page, fetched once. Private addresses are refused.' })

export const addKnowledgeSchema = z
  .discriminatedUnion('type', [
    z.strictObject({ type: z.literal('text'), name, language: language.default('en'), text: content }),
    z.strictObject({ type: z.literal('web'), name, language: language.default('en'), url }),
  ])
  .meta({
    id: 'AddKnowledge',
    examples: [
      { type: 'text', name: 'Opening hours', text: 'We are open from nine to five, Monday to Friday.' },
    ],
  })
export type AddKnowledge = z.output<typeof addKnowledgeSchema>

/** The fields of a `multipart/form-data` body beside its `file`. */
export const addKnowledgeFileSchema = z.strictObject({
  type: z.literal('file').default('file'),
  name: name.optional(),
  language: language.default('en'),
})

export const changeKnowledgeSchema = z
  .strictObject({ name: name.optional(), text: content.optional(), url: url.optional() })
  .meta({
    id: 'ChangeKnowledge',
    examples: [{ name: 'Opening hours in summer', text: 'We are open from eight to two.' }],
    description: 'What is absent stays as it is. A new `text` or `url` is read anew.',
  })

export const knowledgeSchema = z
  .object({
    id: z.string(),
    name: z.string(),
    type: z.enum(knowledgeTypes),
    status: z.enum(knowledgeStatuses),
    failure_reason: z.string().nullable().meta({ description: 'Why it is `failed`, for a person to read' }),
    language: z.string(),
    url: z.string().nullable(),
    file_name: z.string().nullable(),
    passages: z.number().meta({ description: 'How many passages it was cut into' }),
    embedding_model: z
      .string()
      .nullable()
      .meta({ description: 'Null: searched by words alone, as no provider of embeddings is configured' }),
    created_at: timestamp,
    updated_at: timestamp,
  })
  .meta({ id: 'Knowledge' })
export type Knowledge = z.infer<typeof knowledgeSchema>

export const knowledgePageSchema = pageOf(knowledgeSchema).meta({ id: 'KnowledgePage' })

export const searchKnowledgeSchema = z
  .strictObject({
    query: text({ min: 1, max: 1_000 }),
    limit: z.int().min(1).max(20).default(5),
  })
  .meta({ id: 'SearchKnowledge', examples: [{ query: 'When do you open?', limit: 3 }] })

export const passageSchema = z
  .object({
    knowledge_base_id: z.string(),
    source: z.string().meta({ description: 'Name of the document' }),
    place: z.string().nullable().meta({ description: 'Where in it: a page or a heading' }),
    text: z.string(),
    score: z.number().meta({ description: 'Reciprocal rank fusion; the highest comes first' }),
  })
  .meta({ id: 'Passage' })
export type Passage = z.infer<typeof passageSchema>

export const foundPassagesSchema = z.object({ data: z.array(passageSchema) }).meta({ id: 'FoundPassages' })
