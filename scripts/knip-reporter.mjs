/** @file Reports what knip found as lines, and how many files it looked at. */
export default function report({ issues, counters }) {
  const found = Object.entries(issues)
    .filter(([kind]) => kind !== "_files")
    .flatMap(([kind, byFile]) =>
      Object.entries(byFile).flatMap(([file, bySymbol]) =>
        Object.keys(bySymbol).map((symbol) => `${kind}: ${file}: ${symbol}`),
      ),
    );
  process.stdout.write(`${[...found, `processed ${counters.processed} files`].join("\n")}\n`);
}
