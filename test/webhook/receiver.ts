// A receiver of webhooks whose answer a test may change, and whose messages it asks for one by one.
import { startReceiver as start, type Received } from '../support/receiver.ts'

export type { Received } from '../support/receiver.ts'

/** Answers with `status`, which a test may change, and keeps what comes. */
export async function startReceiver() {
  const state = { status: 204 }
  const { url, received, gets } = await start((response) => {
    response.writeHead(state.status).end(state.status === 204 ? undefined : 'No.')
  })
  /** Resolves with the nth message, counted from 0. */
  const nth = async (index: number): Promise<Received> => (await gets(index + 1))[index]!
  return { url, state, received, nth }
}
