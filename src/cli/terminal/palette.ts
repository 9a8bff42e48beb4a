/** @file Colors, where the stream shows them: NO_COLOR and FORCE_COLOR are respected, a pipe gets plain text. */
import colors from "picocolors";

export type Palette = ReturnType<typeof colors.createColors>;

export function paletteFor(
  stream: { isTTY?: boolean },
  environment: Readonly<Record<string, string | undefined>>,
): Palette {
  const forced = environment["FORCE_COLOR"];
  const refused = (environment["NO_COLOR"] ?? "") !== "";
  const wanted = forced === undefined ? stream.isTTY === true && environment["TERM"] !== "dumb" : forced !== "0";
  return colors.createColors(!refused && wanted);
}
