import type { CampaignId } from '../domain/ids.ts'

/** How long a list that was gone over to its end is taken for whole, in milliseconds. */
const holdsMs = 10_000

/** Remembers lists on which there was nobody new: going over a long one costs more than a look at all else. */
export class TakenUp {
  readonly #wholeAt = new Map<CampaignId, number>()

  isWhole(campaign: CampaignId): boolean {
    return Date.now() - (this.#wholeAt.get(campaign) ?? Number.NEGATIVE_INFINITY) < holdsMs
  }

  markWhole(campaign: CampaignId): void {
    this.#wholeAt.set(campaign, Date.now())
  }
}
