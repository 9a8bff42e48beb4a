/** @file Answers about why something was decided: what the record of the decision holds, and not a word more. */
import { type FactBook, FactUnit } from "../fact.ts";
import type { DecisionCard } from "../tools/data.ts";

const NOT_MORE = "No reason beyond these figures was recorded.";

/** Of each symbol the newest decision that led to an order, else the newest. @param wanted symbols; all where empty */
function chosen(cards: readonly DecisionCard[], wanted: readonly string[]): DecisionCard[] {
  const bySymbol = new Map<string, DecisionCard>();
  for (const card of [...cards].sort((a, b) => a.closeMs - b.closeMs)) {
    if (wanted.length > 0 && !wanted.includes(card.symbol)) continue;
    const key = `${card.session} ${card.symbol}`;
    const known = bySymbol.get(key);
    if (known === undefined || card.isSent || !known.isSent) bySymbol.set(key, card);
  }
  return [...bySymbol.values()];
}

const DIRECTIONS: ReadonlyArray<readonly [RegExp, readonly string[]]> = [
  [/\b(?:long|buy|bought|buying)\b/, ["long"]],
  [/\b(?:short|shorted)\b/, ["short"]],
  [/\b(?:sell|sold|selling)\b/, ["short", "flat"]],
  [/\b(?:flat|close|closed|exit|exited)\b/, ["flat"]],
];

/** Directions that a question speaks of; none where it names none, or more than one. */
export function directionIn(text: string): readonly string[] {
  const found = DIRECTIONS.filter(([pattern]) => pattern.test(text.toLowerCase()));
  return found.length === 1 ? found[0][1] : [];
}

/** @param directions of the decisions that are asked about; of any where empty */
export function decisionAnswer(
  all: readonly DecisionCard[],
  wanted: readonly string[],
  book: FactBook,
  directions: readonly string[] = [],
): string {
  const own = directions.length === 0 ? all : all.filter(({ direction }) => directions.includes(direction));
  // A decision of another direction is no answer to why it was this one.
  const isOther = own.length === 0 || chosen(own, wanted).length === 0;
  const cards = isOther ? all : own;
  const found = chosen(cards, wanted);
  if (found.length === 0) {
    const whom = wanted.length === 0 ? "" : ` about ${wanted.join(", ")}`;
    return `No decision${whom} is recorded. A session records each of its decisions: \`tidemark paper --model NAME\` starts one.`;
  }
  const other =
    isOther && directions.length > 0
      ? `No decision to be ${directions.join(" or ")} is recorded. The newest there is:\n`
      : "";
  return `${other}${found.map((card) => decisionLine(card, book)).join("\n")}\n${NOT_MORE}`;
}

function decisionLine(card: DecisionCard, book: FactBook): string {
  const { session, strategy, symbol, closeMs, direction, size, probabilities, figures, reason, value } = card;
  const origin = { source: `journal of ${session}`, asOfMs: closeMs, about: [session, symbol] };
  const id = (part: string): string => `${session}.${symbol}.${part}`;
  const say = (part: string, name: string, figure: number | string, unit: FactUnit): string =>
    book.say(id(part), `${name} of the decision on ${symbol}`, figure, unit, origin);
  say("direction", "direction", direction, FactUnit.word);
  const when = say("time", "close", closeMs, FactUnit.time);
  const parts = [
    `${strategy} in ${session} decided on ${symbol} at the close of ${when} UTC: ${direction}, size ${say("size", "size", size, FactUnit.share)} of what sizing allows.`,
  ];
  const thought = Object.entries(probabilities).map(
    ([name, share]) => `${name} ${say(`probability.${name}`, `probability of ${name}`, share, FactUnit.share)}`,
  );
  if (thought.length > 0) parts.push(`Its probabilities: ${thought.join(", ")}.`);
  const seen = Object.entries(figures)
    .filter(([name]) => name !== "size")
    .map(([name, figure]) => `${name} ${say(`figure.${name}`, name, figure, FactUnit.number)}`);
  if (seen.length > 0) parts.push(`Its figures: ${seen.join(", ")}.`);
  if (value !== null)
    parts.push(`It valued its state at ${say("value", "value of the state", value, FactUnit.number)}.`);
  if (reason !== null) parts.push(`Its reason: ${say("reason", "reason", reason, FactUnit.word)}.`);
  parts.push(
    `A notional of ${say("scheme", "notional that the sizing scheme allows", card.scheme, FactUnit.price)} was allowed by the sizing scheme, ${say("allowed", "notional after limits", card.allowed, FactUnit.price)} after limits.`,
  );
  if (card.stopShare > 0) {
    parts.push(`Its stop lies ${say("stop", "distance of the stop", card.stopShare, FactUnit.share)} from the price.`);
  }
  for (const verdict of card.verdicts) say(`verdict.${verdict}`, "verdict of the risk gate", verdict, FactUnit.word);
  if (card.verdicts.length > 0) parts.push(`The risk gate said ${card.verdicts.join(", ")}.`);
  parts.push(card.isSent ? "An order was sent." : "No order was needed, or none was let through.");
  return parts.join(" ");
}
