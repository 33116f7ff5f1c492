// The vendor's documented requests, its errors, the edges of its pages and its forms of time and
// money, replayed in their order against one business.
import { beforeAll, describe, expect, it } from 'vitest'
import { join } from 'node:path'
import { bookeo } from '../../../src/rest/bookeo/bookeo.ts'
import { createMatcher } from '../../../src/rest/match.ts'
import { recordingsIn, replay } from '../support/recordings.ts'
import { world } from './recordings-world.ts'

const folder = join(import.meta.dirname, 'recordings')
const { ready, calls, names } = world

beforeAll(ready)

describe('the recordings of Bookeo', () => {
  it('tell of every route', () => {
    const match = createMatcher(bookeo.routes)
    const told = new Set(
      recordingsIn(folder).map(
        ({ request: { method, path } }) => match(method, path.replace(/\?.*/, '')).route?.name,
      ),
    )
    expect(bookeo.routes.map(({ name }) => name).filter((name) => !told.has(name))).toEqual([])
  })

  replay({ dialect: bookeo, folder, calls: () => calls, names })
})
