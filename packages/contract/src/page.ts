import { z } from 'zod'

/** Lists come newest first, in pages that stay put while rows arrive. */
export const pageQuery = z.strictObject({
  limit: z.coerce.number().int().min(1).max(200).default(50),
  cursor: z.string().max(200).optional().meta({ description: '`next_cursor` of the page before' }),
})

/** One page of a list. */
export function pageOf<Item extends z.ZodType>(item: Item) {
  return z.object({
    data: z.array(item),
    has_more: z.boolean(),
    next_cursor: z.string().nullable(),
  })
}

/** One page of a list, as code hands it on. */
export interface Page<Item> {
  data: Item[]
  has_more: boolean
  next_cursor: string | null
}
