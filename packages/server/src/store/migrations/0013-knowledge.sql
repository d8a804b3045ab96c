-- What agents look things up in. Extensions make search better; a server that has none of them, or an owner
-- who may not create them, gets functions that do with what PostgreSQL itself brings.

do $$ begin
  create extension if not exists unaccent;
exception when others then raise notice 'unaccent is not to be had here: %', sqlerrm;
end $$;
do $$ begin
  create extension if not exists pg_trgm;
exception when others then raise notice 'pg_trgm is not to be had here: %', sqlerrm;
end $$;

-- How words are compared: without case and, where `unaccent` is there, without accents.
-- How alike two texts are, 0 to 1: the share of the first text's trigrams that the second has closest together.
do $$ begin
  if exists (select from pg_extension where extname = 'unaccent') then
    create function knowledge_fold(words text) returns text language sql stable strict parallel safe
      as 'select lower(unaccent(words))';
  else
    create function knowledge_fold(words text) returns text language sql immutable strict parallel safe
      as 'select lower(words)';
  end if;
  if exists (select from pg_extension where extname = 'pg_trgm') then
    create function knowledge_likeness(query text, words text) returns real language sql immutable strict
      parallel safe as 'select word_similarity(query, words)';
  else
    create function knowledge_likeness(query text, words text) returns real language sql immutable strict
      parallel safe as 'select 0::real';
  end if;
end $$;

create table knowledge_bases (
  id uuid primary key,
  account_id uuid not null references accounts,
  name text not null,
  type text not null check (type in ('text', 'file', 'web')),
  status text not null default 'processing',
  failure_reason text,
  -- BCP 47, and the text search configuration that cuts its words down to their stems.
  language text not null,
  search_config regconfig not null,
  url text,
  file_name text,
  -- What is still to be read; null when it was.
  content bytea,
  -- Counts changes, so that the reading of an older content never overwrites a newer one's.
  revision int not null default 1,
  passages int not null default 0,
  embedding_model text,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
create index knowledge_bases_by_account on knowledge_bases (account_id, id desc);

create table knowledge_passages (
  knowledge_base_id uuid not null references knowledge_bases on delete cascade,
  n int not null,
  -- A page or a heading.
  place text,
  text text not null,
  folded text not null,
  words tsvector not null,
  -- 32-bit floats, little end first, of length 1 as a vector; null: searched by words alone.
  embedding bytea,
  primary key (knowledge_base_id, n)
);
create index knowledge_passages_by_words on knowledge_passages using gin (words);
