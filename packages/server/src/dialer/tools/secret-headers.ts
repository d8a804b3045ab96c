const secretPlace = '{{secret}}'

/** A tool names a secret that the account has not. */
export class UnknownSecret extends Error {}

/** The header fields of a tool: the secret stands where they say so, or else is the bearer's. */
export async function fillSecret(
  { headers, secretRef }: { headers: Readonly<Record<string, string>>; secretRef: string | null },
  secretNamed: (name: string) => Promise<string | null>,
): Promise<Record<string, string>> {
  const given = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value] as const)
  if (secretRef === null) return Object.fromEntries(given)
  const secret = await secretNamed(secretRef)
  if (secret === null) throw new UnknownSecret(`There is no secret named ${secretRef}`)
  const filled = given.map(([name, value]) => [name, value.replaceAll(secretPlace, () => secret)] as const)
  const isPlaced = given.some(([, value]) => value.includes(secretPlace))
  return Object.fromEntries(isPlaced ? filled : [...filled, ['authorization', `Bearer ${secret}`]])
}
