// Whether the database is alive. A slow statement and a hung server look the same to whoever waits,
// so a server from which nothing has come for a while is asked for a new connection: when it gives
// none either, it is gone, nobody waits for it any longer, and it is asked until it answers.

import { connect } from 'node:net'
import pg from 'pg'

export type Pulse = {
  isGone(): boolean
  /** The server has just done what it was asked. */
  beat(): void
  stop(): void
}

type Options = {
  connectionString: string
  /** Whether somebody waits for the server. */
  isAwaited: () => boolean
  onGone: () => void
  /** Called several times a second. */
  onLook: () => void
}

const LOOK_MS = 200
/** Silence after which the server is asked. */
const SILENCE_MS = 400
/** For its answer; counted in ticks, so that a stall of our own does not count as its silence. */
const TICK_MS = 100
const TICKS = 9

export function watchPulse({ connectionString, isAwaited, onGone, onLook }: Options): Pulse {
  let beatAt = performance.now()
  let gone = false
  let asking = false
  let stopped = false

  const look = async () => {
    onLook()
    if (asking) return
    if (!gone && !isAwaited()) beatAt = performance.now()
    if (!gone && performance.now() - beatAt < SILENCE_MS) return
    asking = true
    const before = beatAt
    const answered = await answers(connectionString)
    asking = false
    if (stopped) return
    const isAlive = answered || beatAt > before
    const wasGone = gone
    gone = !isAlive
    if (isAlive) beatAt = performance.now()
    else if (!wasGone) onGone()
  }

  const timer = setInterval(() => void look(), LOOK_MS)
  timer.unref()
  return {
    isGone: () => gone,
    beat: () => void (beatAt = performance.now()),
    stop: () => {
      stopped = true
      clearInterval(timer)
    },
  }
}

/** Asks for encryption, which every server answers before it knows who asks: with one byte. */
const SSL_REQUEST = Buffer.from([0, 0, 0, 8, 4, 210, 22, 47])

/** Whether the server says anything to a new connection, be it that it takes no more of them. */
async function answers(connectionString: string): Promise<boolean> {
  const { host, port } = new pg.Client({ connectionString })
  // As clients of PostgreSQL do, a path is the folder of the socket.
  const socket = host.startsWith('/') ? connect(`${host}/.s.PGSQL.${port}`) : connect(port, host)
  let answered: boolean | undefined
  const asked = new Promise<void>((resolve) => {
    const end = (is: boolean) => {
      answered ??= is
      resolve()
    }
    socket.once('connect', () => socket.write(SSL_REQUEST))
    socket.once('data', () => end(true))
    socket.once('error', () => end(false))
    socket.once('close', () => end(false))
  })
  for (let tick = 0; tick < TICKS && answered === undefined; tick += 1) {
    await Promise.race([asked, new Promise((resolve) => setTimeout(resolve, TICK_MS))])
  }
  socket.destroy()
  return answered ?? false
}
