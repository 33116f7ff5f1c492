// What V1 answers, replayed in this order against one clinic: from the search to the cancelled
// booking, then every error that a client can run into.
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { appointeddV1 } from '../../../src/rest/appointedd-v1/appointedd-v1.ts'
import { testApp } from '../../support/app.ts'
import { caller, type Call } from '../support/calling.ts'
import { recordingsIn, replay } from '../support/recordings.ts'
import { calling, keyFor, mount, openClinic } from './v1-world.ts'

const folder = join(import.meta.dirname, 'recordings')
const app = await testApp({ start: '2026-03-01T08:00:00Z' })
const names: Record<string, string> = {}
const calls: Record<string, Call> = {}

beforeAll(async () => {
  const clinic = await openClinic(app)
  Object.assign(names, clinic.names)
  const reading = await keyFor(app, clinic.accountId, ['bookings:read', 'services:read'])
  Object.assign(calls, {
    usual: clinic.call,
    none: caller(app, mount),
    wrong: calling(app, 'sgk_nonsense'),
    readOnly: calling(app, reading),
  })
})

describe('the recordings of V1', () => {
  it('are all there', () => {
    expect(recordingsIn(folder)).toHaveLength(40)
  })

  replay({ dialect: appointeddV1, folder, calls: () => calls, names })
})
