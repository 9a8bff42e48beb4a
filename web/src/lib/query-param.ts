/** @file A word in the address: what is sorted, filtered and opened survives a reload and can be sent to somebody. */
import { useCallback } from "react";
import { useLocation, useSearch } from "wouter";

export function useQueryParam(name: string): [string | null, (value: string | null) => void] {
  const search = useSearch();
  const [path, navigate] = useLocation();
  const value = new URLSearchParams(search).get(name);
  const set = useCallback(
    (next: string | null) => {
      const params = new URLSearchParams(search);
      if (next === null || next === "") params.delete(name);
      else params.set(name, next);
      const text = params.toString();
      navigate(text === "" ? path : `${path}?${text}`, { replace: true });
    },
    [name, navigate, path, search],
  );
  return [value, set];
}
