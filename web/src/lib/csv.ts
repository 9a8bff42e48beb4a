/** @file Rows as a file for a spreadsheet, made in the page, so that no address has to carry a secret. */

function textOf(value: unknown): string {
  if (value === null || value === undefined) return "";
  return Array.isArray(value) ? value.map(textOf).join(" ") : typeof value === "string" ? value : JSON.stringify(value);
}

function cellOf(value: unknown): string {
  const text = textOf(value);
  // A text that begins like a formula would be run by the spreadsheet.
  const safe = /^[=@\t\r]|^[+-](?!\d+(?:\.\d+)?$)/.test(text) ? `'${text}` : text;
  return /[",\n\r]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

export function csvOf(rows: readonly object[]): string {
  if (rows.length === 0) return "";
  const names = Object.keys(rows[0]);
  const lines = rows.map((row) => names.map((name) => cellOf((row as Record<string, unknown>)[name])).join(","));
  return `${[names.join(","), ...lines].join("\r\n")}\r\n`;
}

export function saveText(name: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: "text/csv" }));
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  URL.revokeObjectURL(url);
}
