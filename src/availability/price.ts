// What a time costs. The same rule says it of what is offered, held and booked. Pure.

export type PriceTerms = {
  kind: 'APPOINTMENT' | 'CLASS'
  /** Of an appointment, or of one seat; null for none. */
  priceMinor: number | null
  /** Whoever costs something else. */
  staff: readonly { id: string; priceMinor: number | null }[]
}

/**
 * What it costs with this lead, in minor units: an appointment costs what it costs, a class its
 * price for each head.
 */
export function priceWith(
  { kind, priceMinor, staff }: PriceTerms,
  leadId: string | undefined,
  heads: number,
): number | null {
  const own = staff.find(({ id }) => id === leadId)?.priceMinor ?? priceMinor
  return own !== null && kind === 'CLASS' ? own * heads : own
}

export type DepositTerms = Pick<PriceTerms, 'kind'> & {
  depositPercent: number
  /** Of an appointment, or of one seat; null for a part of the price. */
  depositMinor: number | null
}

/** What of this price has to be paid before a booking stands, in minor units; 0 for nothing. */
export function depositOf(terms: DepositTerms, priceMinor: number | null, heads: number): number {
  if (priceMinor === null) return 0
  const { kind, depositPercent, depositMinor } = terms
  const fixed = depositMinor !== null && kind === 'CLASS' ? depositMinor * heads : depositMinor
  return Math.min(priceMinor, fixed ?? Math.ceil((priceMinor * depositPercent) / 100))
}

/** What it costs at least, when any one of these may lead. */
export function leastPrice(
  terms: PriceTerms,
  leadIds: readonly string[],
  heads: number,
): number | null {
  const prices = leadIds.map((id) => priceWith(terms, id, heads)).filter((each) => each !== null)
  return prices.length > 0 ? Math.min(...prices) : priceWith(terms, undefined, heads)
}
