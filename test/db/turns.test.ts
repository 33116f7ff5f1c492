// Whose turn it is: the order, the bounds, and that nothing is lost on the way.
import { describe, expect, it } from 'vitest'
import { createTurns } from '../../src/db/turns.ts'

function line(limits: Partial<Parameters<typeof createTurns>[0]> = {}) {
  const turns = createTurns({ places: 3, placesPerClient: 2, lineLength: 4, ...limits })
  const begun: string[] = []
  const enter = (who: string | null, name: string) => turns.enter(who, () => void begun.push(name))
  return { turns, begun, enter }
}

describe('createTurns', () => {
  it('begins at once while a place is free, and a client has no more than its part', () => {
    const { turns, begun, enter } = line()
    for (const name of ['a1', 'a2', 'a3']) enter('a', name)
    enter('b', 'b1')
    expect(begun).toEqual(['a1', 'a2', 'b1'])
    expect(turns.waiting()).toBe(1)
  })

  it('gives the program itself every place', () => {
    const { begun, enter } = line()
    for (const name of ['1', '2', '3', '4']) enter(null, name)
    expect(begun).toEqual(['1', '2', '3'])
  })

  it('lets clients take turns, however many of one wait', () => {
    const { turns, begun, enter } = line({ places: 1, placesPerClient: 1 })
    for (const name of ['a1', 'a2', 'a3', 'a4']) enter('a', name)
    enter('b', 'b1')
    enter('c', 'c1')
    enter('b', 'b2')
    for (let n = 0; n < 6; n += 1) turns.leave((begun.at(-1) as string)[0] as string)
    expect(begun).toEqual(['a1', 'a2', 'b1', 'c1', 'a3', 'b2', 'a4'])
  })

  it('refuses whoever comes to a full line, and only in that line', () => {
    const { enter } = line({ places: 1, placesPerClient: 1, lineLength: 1 })
    expect(['a1', 'a2', 'a3'].map((name) => enter('a', name) !== null)).toEqual([true, true, false])
    expect(enter('b', 'b1')).not.toBeNull()
  })

  it('forgets whoever leaves the line', () => {
    const { turns, begun, enter } = line({ places: 1, placesPerClient: 1 })
    enter('a', 'a1')
    enter('a', 'a2')?.()
    enter('a', 'a3')
    turns.leave('a')
    turns.leave('a')
    expect(begun).toEqual(['a1', 'a3'])
    expect(turns.waiting()).toBe(0)
    enter('b', 'b1')
    expect(begun).toEqual(['a1', 'a3', 'b1'])
  })

  it('forgets a client of whom nobody waits any more, who then comes last again', () => {
    const { turns, begun, enter } = line({ places: 1, placesPerClient: 1 })
    enter('x', 'x1')
    enter('a', 'a1')?.()
    enter('b', 'b1')
    enter('a', 'a2')
    turns.leave('x')
    turns.leave('b')
    expect(begun).toEqual(['x1', 'b1', 'a2'])
  })
})
