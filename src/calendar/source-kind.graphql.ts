// The kinds of connected calendars, as the graph names them.

import { builder } from '../graphql/builder.ts'

export const SourceKindEnum = builder.enumType('CalendarSourceKind', {
  description: 'What an outside calendar is.',
  values: {
    ICS: { description: 'An iCalendar file, which is read.' },
    CALDAV: { description: 'A calendar on a CalDAV server, which can be written, too.' },
  } as const,
})
