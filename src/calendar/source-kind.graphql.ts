// The kinds of connected calendars, as the graph names them.

import { builder } from '../graphql/builder.ts'

export const SourceKindEnum = builder.enumType('CalendarSourceKind', {
  description: 'What an outside calendar is.',
  values: {
    ICS: { description: 'An iCalendar file, which is read.' },
    CALDAV: { description: 'A calendar on a CalDAV server, which can be written, too.' },
    GOOGLE: {
      description:
        'A Google calendar (Calendar API v3), which can be written, too. Built to what Google ' +
        'publishes of it, and tested only against servers of our own that speak it.',
    },
    MICROSOFT: {
      description:
        'An Outlook calendar (Microsoft Graph v1.0), which can be written, too. Built to what ' +
        'Microsoft publishes of it, and tested only against servers of our own that speak it.',
    },
  } as const,
})
