// What ids are of, for systems that have one word for people and things: staff here, or resources.

export type Occupant = { __typename: string; id?: string } | null

/** Asks what is behind `$ids`, for `occupantsOf`. */
export const occupants =
  'occupants: nodes(ids: $ids) { __typename ... on StaffMember { id } ... on Resource { id } }'

/** Of these, which are whose; what is neither is left out. */
export function occupantsOf(nodes: readonly Occupant[]) {
  const of = (name: string) =>
    nodes.flatMap((node) => (node?.__typename === name && node.id ? [node.id] : []))
  return { staffIds: of('StaffMember'), resourceIds: of('Resource') }
}
