/** Options of the arguments and fields that many nouns share. */
export const FIRST = { defaultValue: 50, description: 'Size of the page, 1 to 200.' } as const;
export const AFTER = { nullable: true, description: 'Cursor after which the page begins.' } as const;
export const VERSION = {
  nullable: true,
  description: 'Version that the edit was made from; refused when it has moved on. Absent = do not look.',
} as const;
export const AS_OF = {
  nullable: true,
  description: 'As it was at this instant, with its org units as they were then; absent = now.',
} as const;
