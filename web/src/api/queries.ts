/** @file Every question that the page asks, with the key it is remembered under and how soon it is asked again. */
import { QueryClient, type UseQueryResult, useQuery } from "@tanstack/react-query";
import { isPaused } from "../lib/pause.ts";
import { ask, askBytes, type Params } from "./client.ts";
import { type Columns, decodeColumns } from "./contract.ts";
import { ApiError } from "./problem.ts";

/** Answers that no later answer will be different from, by status. */
const FINAL = new Set([400, 401, 403, 404, 409, 422]);

export function makeQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: 2_000,
        retry: (count, error) => count < 2 && !(error instanceof ApiError && FINAL.has(error.status)),
        refetchOnWindowFocus: true,
        networkMode: "always",
      },
      mutations: { networkMode: "always" },
    },
  });
}

type Options = {
  readonly params?: Params;
  /** Asked again after so long, while the page is looked at. */
  readonly everyMs?: number;
  readonly isOn?: boolean;
  /** Asked while live figures are held still, too: what the status line says. */
  readonly isAlways?: boolean;
};

export function useApi<T>(
  path: string,
  { params = {}, everyMs, isOn = true, isAlways = false }: Options = {},
): UseQueryResult<T> {
  return useQuery({
    queryKey: [path, params],
    queryFn: ({ signal }) => ask<object>(path, params, signal),
    enabled: isOn,
    ...(everyMs === undefined ? {} : { refetchInterval: () => (isPaused() && !isAlways ? false : everyMs) }),
    // Another order or filter of the same list shows the old one until it is there; another list never does.
    placeholderData: (before, query) => (query?.queryKey[0] === path ? before : undefined),
  }) as unknown as UseQueryResult<T>;
}

export function useColumns(path: string, { params = {}, everyMs, isOn = true }: Options = {}): UseQueryResult<Columns> {
  return useQuery({
    queryKey: [path, params],
    queryFn: async ({ signal }) => decodeColumns(await askBytes(path, params, signal)),
    enabled: isOn,
    ...(everyMs === undefined ? {} : { refetchInterval: () => (isPaused() ? false : everyMs) }),
    structuralSharing: false,
  });
}
