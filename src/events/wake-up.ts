// The wake-up call: one connection of its own that listens for commits with events. It only saves
// waiting for the next poll; while it is broken nothing is lost, and it mends itself.

import pg from 'pg'
import { eventsChannel } from './outbox.ts'

export type WakeUp = {
  /** Whether commits are heard of at once. */
  connected(): boolean
  stop(): Promise<void>
}

type Options = {
  pool: pg.Pool
  /** Called after every commit with events, and after every (re)connection. */
  onWake: () => void
  onTrouble: (error: Error) => void
  firstPauseMs?: number
  longestPauseMs?: number
}

/** Starts listening, and keeps at it until stopped. */
export function listenForEvents(options: Options): WakeUp {
  const { firstPauseMs = 100, longestPauseMs = 5_000 } = options
  let client: pg.Client | null = null
  let timer: NodeJS.Timeout | undefined
  let pauseMs = firstPauseMs
  let connected = false
  let stopped = false

  const connect = async () => {
    const { connectionString, connectionTimeoutMillis } = options.pool.options
    const mine = new pg.Client({
      connectionString,
      connectionTimeoutMillis,
      keepAlive: true,
      application_name: 'slotgraph listener',
    })
    client = mine
    mine.on('notification', () => options.onWake())
    // A broken connection says "error" and "end", in any order and number: the first one counts.
    const broken = (error?: Error) => {
      if (client !== mine || stopped) return
      client = null
      connected = false
      options.onTrouble(error ?? new Error('The listening connection ended.'))
      void mine.end().catch(() => {})
      timer = setTimeout(connect, pauseMs)
      pauseMs = Math.min(pauseMs * 2, longestPauseMs)
    }
    mine.on('error', broken)
    mine.on('end', () => broken())
    try {
      await mine.connect()
      await mine.query(`LISTEN ${eventsChannel}`)
      if (client !== mine || stopped) return
      connected = true
      pauseMs = firstPauseMs
      options.onWake()
    } catch (error) {
      broken(error as Error)
    }
  }

  void connect()
  return {
    connected: () => connected,
    stop: async () => {
      stopped = true
      connected = false
      clearTimeout(timer)
      const last = client
      client = null
      await last?.end().catch(() => {})
    },
  }
}
