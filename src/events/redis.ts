// Wake-up calls by way of Redis, for clusters of many nodes. They carry no content, and nothing is
// lost with one: whoever misses it reads the log at the next poll. While Redis is away the
// database notifies instead, and Redis is tried again.

import { Redis } from 'ioredis'
import type { Logger } from 'pino'

export type RedisWaker = {
  /** Wakes every node; false when Redis did not take it, or nobody listens there. */
  wake(): Promise<boolean>
  /** Whether calls are heard. */
  connected(): boolean
  stop(): void
}

type Options = {
  url: string
  log: Logger
  /** Called at every call, and whenever listening begins (again). */
  onWake: () => void
}

const channel = 'slotgraph_events'
const longestPauseMs = 5_000

export function createRedisWaker({ url, log, onWake }: Options): RedisWaker {
  let listening = false
  let said = false
  const open = () => {
    const redis = new Redis(url, {
      connectionName: 'slotgraph',
      connectTimeout: 2_000,
      commandTimeout: 1_000,
      // What cannot be sent now is not sent: the poll comes sooner.
      enableOfflineQueue: false,
      maxRetriesPerRequest: 0,
      autoResubscribe: false,
      retryStrategy: (times) => Math.min(100 * 2 ** Math.min(times, 10), longestPauseMs),
    })
    redis.on('error', (error: Error) => {
      if (!said) log.warn({ err: error }, 'Redis does not answer; the database wakes instead')
      said = true
    })
    return redis
  }
  const publisher = open()
  const subscriber = open()
  subscriber.on('message', onWake)
  subscriber.on('close', () => (listening = false))
  subscriber.on('ready', () => {
    subscriber.subscribe(channel).then(
      () => {
        listening = true
        said = false
        onWake()
      },
      () => subscriber.disconnect(true),
    )
  })
  return {
    wake: async () => {
      try {
        return (await publisher.publish(channel, '')) > 0
      } catch {
        return false
      }
    },
    connected: () => listening,
    stop: () => {
      publisher.disconnect()
      subscriber.disconnect()
    },
  }
}
