import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { PersonaInvalid, readPersona, type Persona } from './persona.ts'

const shippedFolder = new URL('../../personas/', import.meta.url)

/** Reads a persona by the name of one that ships (`busy`), or by the path of a JSON file. */
export async function loadPersona(nameOrPath: string): Promise<Persona> {
  const shipped = /^[a-z0-9-]+$/.test(nameOrPath)
  const path = shipped ? fileURLToPath(new URL(`${nameOrPath}.json`, shippedFolder)) : nameOrPath
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new PersonaInvalid(nameOrPath, ['the file cannot be read'], cause)
  })
  return readPersona(parse(text, nameOrPath), nameOrPath)
}

function parse(text: string, source: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new PersonaInvalid(
      source,
      [`not JSON: ${cause instanceof Error ? cause.message : 'unreadable'}`],
      cause,
    )
  }
}
