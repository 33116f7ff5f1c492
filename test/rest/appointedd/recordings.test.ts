// What V2 answers, replayed against two businesses of one owner: every route, and every error that
// a reader can run into. `{some id}` stands for an id of the world, or for what an answer told.
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { appointedd } from '../../../src/rest/appointedd/appointedd.ts'
import { testApp } from '../../support/app.ts'
import { caller } from '../support/calling.ts'
import { recordingsIn, replay } from '../support/recordings.ts'
import { mount, openTwo } from './appointedd-world.ts'
import { namesOf } from './names.ts'

const folder = join(import.meta.dirname, 'recordings')
const app = await testApp({ start: '2026-03-01T08:00:00Z' })
const names: Record<string, string> = {}
let token: string

beforeAll(async () => {
  const world = await openTwo(app)
  Object.assign(names, namesOf(app, world))
  token = world.token
})

const bearing = (shown: string) => caller(app, mount, { authorization: `Bearer ${shown}` })

describe('the recordings of V2', () => {
  it('are all there', () => {
    expect(recordingsIn(folder)).toHaveLength(33)
  })

  replay({
    dialect: appointedd,
    folder,
    calls: () => ({
      usual: bearing(token),
      none: caller(app, mount),
      wrong: bearing('sgt_nonsense'),
    }),
    names,
  })
})
