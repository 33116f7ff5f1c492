// The small parts that a business' past is made of: order, chance, plans.
import { describe, expect, it } from 'vitest'
import { createAgenda } from '../../src/demo/agenda.ts'
import { lessons, open } from '../../src/demo/business.ts'
import { isDemoWanted } from '../../src/demo/open.ts'
import { inventCustomers, warsaw } from '../../src/demo/people.ts'
import { chanceOf } from '../../src/demo/random.ts'

describe('an agenda', () => {
  it('does things in the order of time, and at one time in the order they were added', async () => {
    const agenda = createAgenda()
    const done: string[] = []
    const note = (word: string) => async (at: number) => void done.push(`${at} ${word}`)
    agenda.add(30, note('c'))
    agenda.add(10, async (at) => {
      done.push(`${at} a`)
      agenda.add(20, note('third'))
    })
    agenda.add(20, note('first'))
    agenda.add(20, note('second'))
    await agenda.liveUntil(31)
    expect(done).toEqual(['10 a', '20 first', '20 second', '20 third', '30 c'])
  })

  it('does nothing at or after its end', async () => {
    const agenda = createAgenda()
    const done: number[] = []
    for (const at of [5, 10, 15]) agenda.add(at, async (now) => void done.push(now))
    await agenda.liveUntil(10)
    expect(done).toEqual([5])
  })
})

describe('chance', () => {
  it('repeats itself for one seed and not for another', () => {
    const draws = (seed: string) => {
      const chance = chanceOf(seed)
      return Array.from({ length: 20 }, () => chance.whole(1, 1000))
    }
    expect(draws('salon 2026-11-21')).toEqual(draws('salon 2026-11-21'))
    expect(draws('salon 2026-11-21')).not.toEqual(draws('salon 2026-11-22'))
  })

  it('stays within both ends, and reaches them', () => {
    const chance = chanceOf('ends')
    const drawn = new Set(Array.from({ length: 500 }, () => chance.whole(1, 4)))
    expect([...drawn].toSorted()).toEqual([1, 2, 3, 4])
    expect(chance.pick([])).toBeUndefined()
    expect([chance.holds(0), chance.holds(1)]).toEqual([false, true])
  })
})

describe('plans', () => {
  it('read days and hours; an end before the start is on the next day', () => {
    const always = { validFrom: null, validUntil: null }
    expect(open('Fri-Sat Mon', '18:00', '02:00')).toEqual([
      { weekday: 5, startLocalTime: '18:00', endLocalTime: '02:00', ...always },
      { weekday: 6, startLocalTime: '18:00', endLocalTime: '02:00', ...always },
      { weekday: 1, startLocalTime: '18:00', endLocalTime: '02:00', ...always },
    ])
    expect(lessons('Sun', '09:00', { staff: 'Ana' })).toEqual([
      { weekday: 7, startLocalTime: '09:00', staff: 'Ana' },
    ])
  })

  it('invent customers with names of their own and mail that nobody has', () => {
    const plan = { count: 40, tags: ['vip'], groups: [] }
    const customers = inventCustomers(chanceOf('people'), warsaw, plan)
    expect(new Set(customers.map(({ email }) => email)).size).toBe(40)
    for (const { email } of customers)
      expect(email).toMatch(/^[a-z]+\.[a-z]+@example\.(com|org|net)$/)
  })
})

describe('the demo', () => {
  it('is wanted on our own database unless told otherwise, elsewhere only when asked for', () => {
    const databaseUrl = 'postgresql://127.0.0.1/bookings'
    expect(isDemoWanted({ seed: undefined, databaseUrl: undefined })).toBe(true)
    expect(isDemoWanted({ seed: 'none', databaseUrl: undefined })).toBe(false)
    expect(isDemoWanted({ seed: undefined, databaseUrl })).toBe(false)
    expect(isDemoWanted({ seed: 'demo', databaseUrl })).toBe(true)
  })
})
