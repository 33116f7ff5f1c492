// A client that books, moves and cancels without pause, at whichever server answers. What it does
// not know the outcome of, it says again with the same key.
import { randomInt } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'

type Options = {
  urls: () => string[]
  key: string
  input: { serviceId: string; customerId: string }
  name: string
}

/** Something that a client was told was done. */
export type Acknowledged = { id: string; version: number }

type Result = { __typename: string; code?: string; data?: Acknowledged }

const hour = 3_600_000

export function createBusyClient({ urls, key, input, name }: Options) {
  let stopping = false
  let said = 0
  const acknowledged: Acknowledged[] = []

  /** The answer of a server; null when none came. */
  const ask = async (mutation: string, variables: object): Promise<Result | null> => {
    const stem = `${mutation[0]?.toUpperCase()}${mutation.slice(1)}`
    const query = `mutation ($input: ${stem}Input!) { result: ${mutation}(input: $input) {
      __typename ... on ${stem}Success { data { id version } } ... on Refusal { code }
    } }`
    const all = urls()
    try {
      const response = await fetch(`${all[randomInt(all.length)]}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` },
        body: JSON.stringify({ query, variables: { input: variables } }),
      })
      // Its database is gone already, and it will be.
      if (response.status === 503) return null
      const { data, errors } = (await response.json()) as {
        data?: { result: Result }
        errors?: object[]
      }
      if (errors) throw new Error(`${name}: ${JSON.stringify(errors)}`)
      return data?.result ?? null
    } catch (error) {
      // Nobody there, or gone before the answer was whole.
      if (error instanceof TypeError || error instanceof SyntaxError) return null
      throw error
    }
  }

  const insist = async (mutation: string, variables: object): Promise<Result> => {
    for (;;) {
      const result = await ask(mutation, variables)
      if (result) return result
      await delay(20)
    }
  }

  /** A start in the coming weeks, on the hour, that others want too. */
  const anyStart = () =>
    new Date((Math.ceil(Date.now() / hour) + randomInt(24, 2_000)) * hour).toISOString()

  const keep = ({ data }: Result): Acknowledged | null => {
    if (data) acknowledged.push(data)
    return data ?? null
  }

  const book = async (idempotencyKey: string): Promise<Acknowledged | null> => {
    const externalRef = idempotencyKey
    const asked = { ...input, startsAt: anyStart(), externalRef, idempotencyKey }
    return keep(await insist('createBooking', asked))
  }

  const step = async (): Promise<void> => {
    const idempotencyKey = `${name} ${(said += 1)}`
    const booking = await book(idempotencyKey)
    if (!booking || randomInt(2) === 0) return
    // Moves have no key: whether one was done is read from its version, so it may stay unknown.
    const move = { id: booking.id, startsAt: anyStart(), expectedVersion: booking.version }
    const moved = await ask('rescheduleBooking', move)
    if (moved) keep(moved)
    if (randomInt(3) > 0) return
    const cancel = { id: booking.id, idempotencyKey: `${idempotencyKey} cancelled` }
    keep(await insist('cancelBooking', cancel))
  }

  const run = async () => {
    while (!stopping) await step()
  }
  let running: Promise<void> | null = null

  return {
    /** Begins to be busy. */
    start: () => {
      running ??= run()
    },
    /** Books once; the id of the booking. */
    book: async (): Promise<string> => (await book(name))?.id ?? '',
    /** Finishes what was begun; what was acknowledged, in order. */
    stop: async (): Promise<Acknowledged[]> => {
      stopping = true
      await running
      return acknowledged
    },
  }
}
