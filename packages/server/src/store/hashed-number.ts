import type { AccountId } from '../domain/ids.ts'
import type { Sealing } from './sealing.ts'

const start = 'hash:'

/**
 * What stands for a number that was erased, where it must be known again: there are so few numbers that a hash without
 * a key would tell it. Of each account its own, so that nobody can tell that two of them know the same person.
 */
export function hashedNumber(
  sealing: Pick<Sealing, 'hash'>,
  { account, number }: { account: AccountId; number: string },
): string {
  return start + sealing.hash('erased number', `${account} ${number}`).toString('base64url')
}
