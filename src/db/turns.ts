// Whose turn it is to have one of a few places: at once while there are free ones, else client by
// client, one each. No client has them all, and nobody waits in a line without end. Pure: it knows
// neither the places nor the clock.

/** Who wants a place; null is the program itself, which may have every place. */
export type Asker = string | null

export type Turns = {
  /** Calls `begin` at once or when it is its turn; the answer takes it out. Null: too many wait. */
  enter(asker: Asker, begin: () => void): (() => void) | null
  /** Gives back a place that was begun. */
  leave(asker: Asker): void
  waiting(): number
}

type Limits = {
  places: number
  /** Of one client at once. */
  placesPerClient: number
  /** Of one client, waiting. */
  lineLength: number
}

type Line = { running: number; waiting: Set<() => void> }

export function createTurns({ places, placesPerClient, lineLength }: Limits): Turns {
  // In the order of their turns: who was served last comes last.
  const lines = new Map<Asker, Line>()
  let running = 0

  const mayBegin = (asker: Asker, line: Line) =>
    running < places && line.running < (asker === null ? places : placesPerClient)

  const forgetIfIdle = (asker: Asker, line: Line) => {
    const isIdle = line.running === 0 && line.waiting.size === 0
    if (isIdle && lines.get(asker) === line) lines.delete(asker)
  }

  const begin = (asker: Asker, line: Line, go: () => void) => {
    running += 1
    line.running += 1
    lines.delete(asker)
    lines.set(asker, line)
    go()
  }

  const beginNext = () => {
    for (const [asker, line] of lines) {
      const [next] = line.waiting
      if (!next || !mayBegin(asker, line)) continue
      line.waiting.delete(next)
      begin(asker, line, next)
      return
    }
  }

  return {
    enter: (asker, go) => {
      const line = lines.get(asker) ?? { running: 0, waiting: new Set() }
      lines.set(asker, line)
      if (line.waiting.size === 0 && mayBegin(asker, line)) {
        begin(asker, line, go)
      } else if (line.waiting.size >= lineLength) {
        return null
      } else {
        line.waiting.add(go)
      }
      return () => {
        line.waiting.delete(go)
        forgetIfIdle(asker, line)
      }
    },
    leave: (asker) => {
      const line = lines.get(asker)
      if (!line) return
      running -= 1
      line.running -= 1
      forgetIfIdle(asker, line)
      beginNext()
    },
    waiting: () => [...lines.values()].reduce((sum, { waiting }) => sum + waiting.size, 0),
  }
}
