// The files in an answer of a CalDAV server, as servers write it, and as nobody should.
import { describe, expect, it } from 'vitest'
import { calendarTexts } from '../../src/calendar/multistatus.ts'

const response = (data: string, prefix = 'C:') =>
  `<D:response><D:href>/a.ics</D:href><D:propstat><D:prop>
    <${prefix}calendar-data content-type="text/calendar">${data}</${prefix}calendar-data>
  </D:prop></D:propstat></D:response>`

const answer = (...responses: string[]) =>
  `<?xml version="1.0" encoding="utf-8"?>
<D:multistatus xmlns:D="DAV:">${responses.join('')}</D:multistatus>\n`

describe('the files of an answer', () => {
  it.each([
    ['escaped', 'SUMMARY:a &amp; b &lt;c&gt;&#13;&#x41;&quot;', 'SUMMARY:a & b <c>\rA"'],
    ['in a section', '<![CDATA[a & <b>]]>', 'a & <b>'],
    ['in several', 'x<![CDATA[&amp;]]>&amp;<![CDATA[y]]>', 'x&amp;&y'],
    ['of what is no entity', '&nope; &#x110000; &', '&nope; &#x110000; &'],
  ])('are found %s', (_how, data, text) => {
    expect(calendarTexts(answer(response(data)))).toEqual([text])
    expect(calendarTexts(answer(response(data, '')))).toEqual([text])
  })

  it('are all of them, and an empty one for what is not there', () => {
    const without =
      '<D:response><D:href>/b.ics</D:href><D:status>HTTP/1.1 404</D:status></D:response>'
    const empty = '<D:response><C:calendar-data/></D:response>'
    expect(calendarTexts(answer(response('a'), without, empty, response('b')))).toEqual([
      'a',
      'b',
      '',
      '',
    ])
    expect(calendarTexts(answer())).toEqual([])
    expect(calendarTexts('<multistatus xmlns="DAV:"/>')).toEqual([])
  })

  it.each([
    ['nothing', ''],
    ['a page', '<html><body>multistatus</body></html>'],
    ['one that breaks off', answer(response('a')).slice(0, -20)],
    ['something else', '<D:error xmlns:D="DAV:"></D:error>'],
  ])('are not those of %s', (_what, xml) => {
    expect(calendarTexts(xml)).toBe(null)
  })

  it('are read in time, whatever is opened and never closed', () => {
    const before = performance.now()
    for (const opened of ['<calendar-data>', '<![CDATA[', '<', '<response ', '&#x']) {
      calendarTexts(answer(response(opened.repeat(4_000_000 / opened.length))))
    }
    expect(performance.now() - before).toBeLessThan(10_000)
  })
})
