import { sql } from 'kysely'
import type { Database } from '../../src/store/database.ts'

/** Of all rows, to tell whether something has changed. `without`: rows in which this stands are left out. */
export async function fingerprintOf(
  { kysely }: Database,
  { without }: { without?: string } = {},
): Promise<string> {
  const { rows: tables } = await sql<{ name: string }>`
    select format('%I', tablename) as name from pg_tables where schemaname = 'public' order by 1
  `.execute(kysely)
  const pattern = without === undefined ? '' : `%${without}%`
  const one = ({ name }: { name: string }) =>
    sql`select coalesce(string_agg(${sql.raw(name)}::text, '' order by ${sql.raw(name)}::text), '') as rows
      from ${sql.raw(name)} where ${sql.raw(name)}::text not like ${pattern}`
  const { rows } = await sql<{ state: string }>`
    select md5(string_agg(rows, '|' order by rows)) as state from (${sql.join(tables.map(one), sql` union all `)}) of_all
  `.execute(kysely)
  return rows[0]?.state ?? ''
}
