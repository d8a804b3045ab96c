/** Dampens the first places, as in Cormack, Clarke and Büttcher, "Reciprocal Rank Fusion" (SIGIR 2009). */
const damping = 60

/** Several rankings as one: each gives 1 / (60 + place) to what it lists. Best first; equals keep their order. */
export function fuseRankings(rankings: readonly (readonly string[])[]): { key: string; score: number }[] {
  const scores = new Map<string, number>()
  for (const ranking of rankings)
    for (const [index, key] of ranking.entries())
      scores.set(key, (scores.get(key) ?? 0) + 1 / (damping + index + 1))
  return [...scores].map(([key, score]) => ({ key, score })).toSorted((a, b) => b.score - a.score)
}
