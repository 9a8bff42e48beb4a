/** @file What an account may choose for a symbol now, as bits: the action mask of training and of trading alike. */

export const Permission = {
  flat: 1,
  long: 2,
  short: 4,
} as const;
export type Permission = (typeof Permission)[keyof typeof Permission];
