// The pool of connections, guarded: nobody waits for ever, no client has all of it, and a
// connection goes back into it only when nothing is left to come on it. Says nothing of what is
// asked.

import type { EventEmitter } from 'node:events'
import pg from 'pg'
import { asker } from './asker.ts'
import { DatabaseSilent } from './failure.ts'
import { watchPulse, type Pulse } from './pulse.ts'
import { createTurns, type Turns } from './turns.ts'

/** For a turn and for connecting, together. */
const CONNECT_TIMEOUT_MS = 1_500
const STATEMENT_TIMEOUT_MS = 10_000
const LOCK_TIMEOUT_MS = 5_000
/** Later than the server's own limit: it is for a connection on which nothing comes any more. */
const QUERY_TIMEOUT_MS = 12_000
/** What no client can have: connections that are left for others. */
const KEPT_FREE = 2
const LINE_LENGTH = 500

// The Prisma adapter drops the offset of what it reads, so every connection has to speak UTC. That
// a page elsewhere costs hardly more than the next one is true of memory and of solid disks; told
// otherwise, PostgreSQL reads through an account's customers to find the one with an id.
const SESSION = `
  SET TimeZone = 'UTC';
  SET default_transaction_isolation = 'read committed';
  SET random_page_cost = 1.1;
  SET statement_timeout = ${STATEMENT_TIMEOUT_MS};
  SET lock_timeout = ${LOCK_TIMEOUT_MS};
  SET idle_in_transaction_session_timeout = ${STATEMENT_TIMEOUT_MS};
`

type Options = {
  maxConnections: number
  /** For the answer to one statement, in milliseconds. */
  queryTimeoutMs?: number
  /** An idle connection broke. The pool replaces it; this is for the log. */
  onIdleError?: (error: Error) => void
}

type Callback = (
  error: Error | undefined,
  client: pg.PoolClient | undefined,
  done: (release?: Error | boolean) => void,
) => void

/** Opens no connection yet. `stop` is called before the pool is ended. */
export function openPool(url: string, options: Options): { pool: pg.Pool; stop(): void } {
  const sessions = new Map<pg.ClientBase, Busy>()
  const { maxConnections: max, queryTimeoutMs = QUERY_TIMEOUT_MS } = options
  const pool = new pg.Pool({
    connectionString: url,
    max,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    idleTimeoutMillis: 60_000,
    keepAlive: true,
    application_name: 'slotgraph',
    // The pool waits for what this returns, although its type does not say so.
    onConnect: async (client: pg.ClientBase): Promise<void> => {
      sessions.set(client, { statement: null, since: 0 })
      await client.query(SESSION)
    },
  })
  // The server may end before it has read that we go; that is no news.
  pool.on('error', (error) => {
    if (!pool.ending) options.onIdleError?.(error)
  })
  pool.on('remove', (client) => sessions.delete(client))
  const placesPerClient = Math.max(1, max - KEPT_FREE)
  const turns = createTurns({ places: max, placesPerClient, lineLength: LINE_LENGTH })
  const refusals = new Set<(error: Error) => void>()
  const pulse = watchPulse({
    connectionString: url,
    isAwaited: () => pool.totalCount > pool.idleCount || turns.waiting() > 0,
    onGone: () => {
      for (const giveUp of refusals) giveUp(silence())
      for (const client of sessions.keys()) cut(client)
    },
    onLook: () => cutStalled(sessions, queryTimeoutMs),
  })
  guard(pool, turns, pulse, refusals)
  return { pool, stop: pulse.stop }
}

/** The statement that a connection was seen with first, and when (performance.now()). */
type Busy = { statement: unknown; since: number }

/** By looking at all now and then: pg's own limit costs a timer for every statement. */
function cutStalled(sessions: ReadonlyMap<pg.ClientBase, Busy>, limitMs: number): void {
  const now = performance.now()
  for (const [client, busy] of sessions) {
    const { _activeQuery: statement } = inside(client)
    if (statement !== busy.statement) Object.assign(busy, { statement, since: now })
    else if (statement && now - busy.since > limitMs) cut(client)
  }
}

const silence = () => new DatabaseSilent('The database does not answer.')

/** Whoever wants a connection waits for a turn first, also the pool itself for its queries. */
function guard(
  pool: pg.Pool,
  turns: Turns,
  pulse: Pulse,
  refusals: Set<(error: Error) => void>,
): void {
  const connect = pool.connect.bind(pool) as (callback: Callback) => void
  const take = (callback: Callback) => {
    const who = asker()
    const refuse = (error: Error) => process.nextTick(callback, error, undefined, () => {})
    if (pulse.isGone()) return refuse(silence())
    let settled = false
    const settle = (): boolean => {
      if (settled) return false
      settled = true
      clearTimeout(timer)
      return refusals.delete(giveUp)
    }
    const giveUp = (error: Error) => {
      leave?.()
      if (settle()) refuse(error)
    }
    const late = () => giveUp(new DatabaseSilent('No connection became free in time.'))
    const timer = setTimeout(late, CONNECT_TIMEOUT_MS)
    refusals.add(giveUp)
    const begin = () =>
      connect((error, client, done) => {
        if (client) lend(client, pulse, () => turns.leave(who))
        else turns.leave(who)
        // Whoever wanted it waits no longer.
        if (!settle()) return client?.release()
        callback(error, client, client?.release ?? done)
      })
    const leave = turns.enter(who, begin)
    if (!leave) giveUp(new DatabaseSilent('Too many wait for a connection.'))
  }

  const inTurn = (callback?: Callback) => {
    if (callback) return take(callback)
    return new Promise<pg.PoolClient>((resolve, reject) => {
      take((error, client) => (client ? resolve(client) : reject(error as Error)))
    })
  }
  pool.connect = inTurn as typeof pool.connect
  Object.defineProperty(pool, 'waitingCount', { get: () => turns.waiting() })
}

/** States that say something of a value or a moment, and nothing of the connection. */
const HARMLESS = /^(22|23|40)/

/**
 * Sees to it that a connection comes back clean. The pool would throw away one on which a value was
 * refused, which harms nothing, and keep one on which a transaction is open or an answer still
 * to come, which the next would take for its own.
 */
function lend(client: pg.PoolClient, pulse: Pulse, onReturn: () => void): void {
  const { release } = client
  const checked: typeof release = (given) =>
    whenSaid(client, () => {
      const refused = given instanceof pg.DatabaseError && HARMLESS.test(given.code ?? '')
      const isClean = isIdle(client) && (!given || refused)
      if (isClean) pulse.beat()
      release(isClean ? undefined : given || new Error('Something was left undone on it.'))
      onReturn()
    })
  client.release = checked
}

type Inside = {
  readyForQuery: boolean
  _queryable: boolean
  _activeQuery: unknown
  _queryQueue: unknown[]
  connection: EventEmitter & { stream: { destroy(): void } }
}

const inside = (client: pg.ClientBase) => client as unknown as Inside

/** After a refused statement the server still has to say in what state it left the transaction. */
function whenSaid(client: pg.PoolClient, then: () => void): void {
  const { connection, readyForQuery, _activeQuery, _queryable } = inside(client)
  if (readyForQuery || _activeQuery || !_queryable) return then()
  const ignore = () => {}
  const said = () => {
    connection.off('readyForQuery', said).off('end', said)
    client.off('error', ignore)
    then()
  }
  client.on('error', ignore)
  connection.on('readyForQuery', said).on('end', said)
}

function isIdle(client: pg.ClientBase): boolean {
  const { readyForQuery, _queryQueue } = inside(client)
  const nothingToCome = readyForQuery && _queryQueue.length === 0
  return nothingToCome && (client as pg.Client).getTransactionStatus() === 'I'
}

/** Ends a connection without a word to the server, which would not hear it. */
function cut(client: pg.ClientBase): void {
  inside(client).connection.stream.destroy()
}
