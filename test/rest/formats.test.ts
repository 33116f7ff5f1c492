// The webhook formats of dialects are data, and hold: they tell of events that there are, by
// documents that an endpoint could have, within limits that a worker can keep.
import { describe, expect, it } from 'vitest'
import { eventTypes } from '../../src/events/subject.ts'
import { dialectFormats } from '../../src/rest/formats.ts'
import { ownFormat, tellingsOf } from '../../src/webhook/format.ts'
import { testApp } from '../support/app.ts'
import { formats as testFormats } from '../webhook/till.ts'

const app = await testApp()
const all = Object.entries({ ...testFormats, ...dialectFormats })

describe.each(all)('the format "%s"', (name, format) => {
  it('tells of events that there are, by documents that are good', () => {
    expect(name).not.toBe(ownFormat)
    expect(format.about).toMatch(/\.$/)
    for (const type of Object.keys(format.events)) {
      expect(eventTypes).toContain(type)
      for (const { name: theirs, document } of tellingsOf(format, type)) {
        expect(theirs).not.toBe('')
        expect(app.app.services.webhooks.documentIssues(document)).toEqual([])
      }
    }
  })

  it('has limits that can be kept', () => {
    const { timeoutSeconds = 15, delaysSeconds = [1], blocksAfter = 1 } = format
    expect(timeoutSeconds).toBeGreaterThan(0)
    expect(timeoutSeconds).toBeLessThanOrEqual(60)
    expect(delaysSeconds.every((delay) => delay > 0)).toBe(true)
    expect(Number.isInteger(blocksAfter) && blocksAfter > 0).toBe(true)
  })

  it('signs what it sends, or leaves that to headers of the endpoint', () => {
    const sending = { messageId: 'm', timestampMs: 1, url: 'https://a.example/', body: '{}' }
    const rest = { lostBefore: false, attempt: 1 }
    const by = (secret: string, body = '{}') =>
      format.headers({ ...sending, ...rest, body, secrets: [secret] })
    for (const header of Object.keys(by('whsec_YQ=='))) expect(header).toBe(header.toLowerCase())
    if (Object.keys(by('whsec_YQ==')).length === 0) return
    expect(by('whsec_YQ==')).not.toEqual(by('whsec_Yg=='))
    expect(by('whsec_YQ==')).not.toEqual(by('whsec_YQ==', '{"a":1}'))
  })
})
