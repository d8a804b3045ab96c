/** Reads as much of Docker's language as ours is written in. */

export interface Instruction {
  readonly name: string
  /** Flags such as `--from`, by name. */
  readonly flags: Readonly<Record<string, string>>
  readonly rest: string
}

const known = new Set(
  'ARG CMD COPY ENTRYPOINT ENV EXPOSE FROM HEALTHCHECK LABEL RUN STOPSIGNAL USER WORKDIR'.split(' '),
)

/** Throws where a line is no instruction. Comments are left out, lines that go on are joined. */
export function readDockerfile(text: string): Instruction[] {
  const lines = text
    .split('\n')
    .filter(line => !line.startsWith('#'))
    .join('\n')
    .replaceAll(/\\\n\s*/g, '')
    .split('\n')
    .filter(line => line.trim() !== '')
  return lines.map(line => {
    const [, name = '', written = '', rest = ''] = /^([A-Z]+)((?: +--[a-z-]+=\S+)*) +(.*)$/.exec(line) ?? []
    if (!known.has(name)) throw new Error(`no instruction: ${line}`)
    const flags = [...written.matchAll(/--([a-z-]+)=(\S+)/g)].map(([, flag = '', value = '']) => [
      flag,
      value,
    ])
    return { name, flags: Object.fromEntries(flags), rest: rest.trim() }
  })
}

/** The words of an instruction's exec form. Throws where it is written as a shell command. */
export function execForm(rest: string): string[] {
  const words: unknown = JSON.parse(rest)
  if (Array.isArray(words) && words.every(word => typeof word === 'string')) return words
  throw new Error(`no exec form: ${rest}`)
}
