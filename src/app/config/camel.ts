/** @file Keys are snake_case in the file and camelCase in code; this is the one bridge between the two. */

type Camel<S extends string> = S extends `${infer Head}_${infer Tail}` ? `${Head}${Capitalize<Camel<Tail>>}` : S;

/** A value whose object keys, at every depth, are camelCase. */
export type CamelKeys<T> = T extends readonly unknown[]
  ? { readonly [K in keyof T]: CamelKeys<T[K]> }
  : T extends object
    ? { readonly [K in keyof T as K extends string ? Camel<K> : K]: CamelKeys<T[K]> }
    : T;

export function camelCase(key: string): string {
  return key.replace(/_([a-z0-9])/g, (_match, letter: string) => letter.toUpperCase());
}

export function camelKeys<T>(value: T): CamelKeys<T> {
  if (Array.isArray(value)) return value.map((item) => camelKeys(item as unknown)) as CamelKeys<T>;
  if (value === null || typeof value !== "object") return value as CamelKeys<T>;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [camelCase(key), camelKeys(item as unknown)]),
  ) as CamelKeys<T>;
}
