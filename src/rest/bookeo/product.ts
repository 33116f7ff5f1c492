// A product: our service. APPOINTMENT is `flexibleTime`, CLASS is `fixed`.

import { z } from 'zod'
import { moneyOf, moneySchema, type Minor } from './money.ts'

export const productFields =
  'id serial name description kind durationMinutes minParty maxParty active price { amount currency }'

export type ServiceData = {
  id: string
  serial: number
  name: string
  description: string | null
  kind: 'APPOINTMENT' | 'CLASS'
  durationMinutes: number
  minParty: number
  maxParty: number
  active: boolean
  price: Minor | null
}

export const productSchema = z.object({
  productId: z.string(),
  name: z.string(),
  description: z.string().optional(),
  productCode: z.string(),
  bookingLimits: z.array(z.object({ min: z.int(), max: z.int() })),
  defaultRates: z.array(z.object({ price: moneySchema })),
  duration: z.object({ days: z.int(), hours: z.int(), minutes: z.int() }),
  type: z.enum(['fixed', 'flexibleTime']),
  apiBookingsAllowed: z.boolean(),
})

export const productExample: z.output<typeof productSchema> = {
  productId: 'AwGh_AJxTz6fAyzuBEFxRQGh_AJxTz6fAyzuBEFxRQGh',
  name: 'Kayak hire',
  productCode: '12',
  bookingLimits: [{ min: 1, max: 4 }],
  defaultRates: [{ price: { amount: '27.50', currency: 'AUD' } }],
  duration: { days: 0, hours: 1, minutes: 30 },
  type: 'flexibleTime',
  apiBookingsAllowed: true,
}

export function productOf(service: ServiceData): z.input<typeof productSchema> {
  const { durationMinutes: minutes, price, description } = service
  return {
    productId: service.id,
    name: service.name,
    ...(description !== null && { description }),
    productCode: String(service.serial),
    bookingLimits: [{ min: service.minParty, max: service.maxParty }],
    defaultRates: price ? [{ price: moneyOf(price) }] : [],
    duration: {
      days: Math.floor(minutes / 1440),
      hours: Math.floor((minutes % 1440) / 60),
      minutes: minutes % 60,
    },
    type: service.kind === 'CLASS' ? 'fixed' : 'flexibleTime',
    apiBookingsAllowed: service.active,
  }
}
