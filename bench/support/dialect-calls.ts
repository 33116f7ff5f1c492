// What every dialect is asked when its calls are measured: as whom, a list, and one thing of it.

/** Businesses of the demo, by their slugs. */
export type Asking = {
  slug: string
  /** The answer to the first is at hand for those that follow. */
  calls: ((listed: never) => { name: string; path: string })[]
}

type Listed<Row> = { data: [Row, ...Row[]] }

const window =
  'startTime=2026-02-20T00:00:00-00:00&endTime=2026-03-20T00:00:00-00:00&itemsPerPage=50'

export const askings: Record<string, Asking> = {
  appointedd: {
    slug: 'hudson-physio',
    calls: [
      () => ({ name: '50 bookings of all accounts', path: '/bookings?page[size]=50' }),
      () => ({ name: '50 customers of all accounts', path: '/customers?page[size]=50' }),
      ({ data: [{ id }] }: Listed<{ id: string }>) => ({
        name: 'a booking',
        path: `/bookings/${id}`,
      }),
    ],
  },
  'appointedd-v1': {
    slug: 'hudson-physio',
    calls: [
      () => ({ name: '50 bookings', path: '/bookings?limit=50' }),
      ({ data: [{ id }] }: Listed<{ id: string }>) => ({
        name: 'a booking',
        path: `/bookings/${id}`,
      }),
    ],
  },
  bookeo: {
    slug: 'headland-tours',
    calls: [
      () => ({ name: '50 bookings', path: `/bookings?${window}` }),
      ({ data: [{ bookingNumber }] }: Listed<{ bookingNumber: string }>) => ({
        name: 'a booking',
        path: `/bookings/${bookingNumber}`,
      }),
    ],
  },
  bookingflow: {
    slug: 'zagadka',
    calls: [
      () => ({ name: '50 bookings', path: '/bookings?limit=50' }),
      ({ data: [{ bookingId }] }: Listed<{ bookingId: string }>) => ({
        name: 'a booking',
        path: `/bookings/${bookingId}`,
      }),
    ],
  },
  calendesk: {
    slug: 'zagadka',
    calls: [
      () => ({ name: '50 bookings', path: '/admin/bookings?limit=50' }),
      ({ data: [{ user_id: id }] }: Listed<{ user_id: number }>) => ({
        name: 'a user',
        path: `/admin/users/${id}`,
      }),
      () => ({ name: 'all users', path: '/admin/users?limit=50' }),
      ({ data: [{ service_id: id }] }: Listed<{ service_id: number }>) => ({
        name: 'free times of a week',
        path: `/available-slots?service_id=${id}&start_date=2026-03-04&number_of_days=7`,
      }),
    ],
  },
  relentify: {
    slug: 'willow-and-rye',
    calls: [
      () => ({ name: '50 bookings', path: '/bookings?limit=50' }),
      ({ data: [{ id }] }: Listed<{ id: string }>) => ({
        name: 'a booking',
        path: `/bookings/${id}`,
      }),
      () => ({
        name: 'free times of a day',
        path: '/availability?slug=30min-consultation&date=2026-03-04',
      }),
    ],
  },
}
