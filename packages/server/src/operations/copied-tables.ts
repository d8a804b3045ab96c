import type pg from 'pg'

/** A table as it is copied. */
export interface CopiedTable {
  readonly schema: string
  readonly name: string
  /** Without those that PostgreSQL computes. */
  readonly columns: readonly string[]
  /** SQL: the rows that are copied. */
  readonly condition: string
}

/** Jobs that are over are history of the queue, which makes it anew; schedules and queues come with a start. */
const waitingJobs = { schema: 'pgboss', name: 'job', condition: `state < 'completed'` }

/** Every table of ours, and the jobs that wait. */
export async function backedUpTables(client: pg.Client): Promise<CopiedTable[]> {
  const { rows } = await client.query<{ schema: string; name: string; columns: string[] }>(`
    select namespace.nspname as schema, class.relname as name,
      array_agg(attribute.attname::text order by attribute.attnum) as columns
    from pg_class class
      join pg_namespace namespace on namespace.oid = class.relnamespace
      join pg_attribute attribute on attribute.attrelid = class.oid
    where class.relkind in ('r', 'p') and not class.relispartition
      and attribute.attnum > 0 and not attribute.attisdropped and attribute.attgenerated = ''
      and (namespace.nspname = 'public' and class.relname <> 'schema_migrations'
        or namespace.nspname = '${waitingJobs.schema}' and class.relname = '${waitingJobs.name}')
    group by 1, 2 order by 1, 2`)
  return rows.map(row => ({
    ...row,
    condition: row.schema === waitingJobs.schema ? waitingJobs.condition : 'true',
  }))
}

/** A name as SQL takes it literally. */
export function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}
