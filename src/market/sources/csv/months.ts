/** @file Names of months in the languages of the files, by how they begin. */

/** Beginnings of names, without accents and lower case, by month. Longer ones come first where one begins another. */
const BEGINNINGS: readonly (readonly string[])[] = [
  ["jan", "ene", "gen", "янв", "oca"],
  ["feb", "fev", "фев", "sub"],
  ["mar", "mrt", "maa", "мар"],
  ["apr", "abr", "avr", "апр", "nis"],
  ["may", "mai", "mag", "mei", "maj", "май", "мая"],
  ["jun", "giu", "juin", "июн", "haz"],
  ["jul", "lug", "juil", "июл", "tem"],
  ["aug", "ago", "aou", "авг"],
  ["sep", "set", "сен", "eyl"],
  ["oct", "okt", "out", "ott", "окт", "eki"],
  ["nov", "ноя", "kas"],
  ["dec", "dez", "dic", "des", "дек", "ara"],
];

/** The month from 1, or undefined for another word. */
export function monthOfName(text: string): number | undefined {
  const name = text.normalize("NFD").replace(/\p{M}/gu, "").normalize("NFC").toLowerCase();
  const month = BEGINNINGS.findIndex((names) =>
    names.some((beginning) => name.startsWith(beginning.normalize("NFD").replace(/\p{M}/gu, ""))),
  );
  return month < 0 ? undefined : month + 1;
}
