/**
 * @file What is spoken at the door of a running engine: one line of JSON in, one line out; a stream of records where events are
 * asked for. Every request is checked before the engine hears of it, since a command is journaled for good.
 */
import { z } from "zod";
import { type DecimalText, type ErrorCode, errorCatalog, exactText, TidemarkError, toError } from "../../core/index.ts";
import { ASSET_CLASSES } from "../../portfolio/index.ts";
import type { CommandOrder } from "../engine/command.ts";
import type { JournalRecord } from "../journal/record.ts";

export const SOCKET_FILE = "engine.sock";
export const LONGEST_LINE = 65_536;

const name = z.string().min(1).max(100);
const price = z
  .string()
  .regex(/^\d{1,20}(\.\d{1,20})?$/, "is a price above zero, in digits")
  .refine((text) => Number(text) > 0, "is a price above zero, in digits")
  .transform((text): DecimalText => exactText(text));

/** As the views show it. */
const ifVersion = z
  .string()
  .regex(/^[0-9a-f]{16}$/, "is a version as positions and orders show it")
  .optional();

/** Orders of a person, as they are asked for. What `reload` brings is read and validated by the engine's own process. */
const orderSchema = z.discriminatedUnion("command", [
  z.strictObject({ command: z.literal("halt") }),
  z.strictObject({ command: z.literal("resume") }),
  z.strictObject({ command: z.literal("flatten") }),
  z.strictObject({ command: z.literal("close-only") }),
  z.strictObject({ command: z.literal("reload") }),
  z.strictObject({ command: z.literal("close-position"), symbol: name, ifVersion }),
  z.strictObject({ command: z.literal("cancel-order"), clientOrderId: name, ifVersion }),
  z
    .strictObject({
      command: z.literal("change-protection"),
      symbol: name,
      stopPrice: price.optional(),
      targetPrice: price.nullable().optional(),
      ifVersion,
    })
    .refine(({ stopPrice, targetPrice }) => stopPrice !== undefined || targetPrice !== undefined, {
      message: "names a stop, a target, or both",
    }),
  z.strictObject({ command: z.literal("switch-class"), assetClass: z.enum(ASSET_CLASSES), open: z.boolean() }),
]);

/** Not a number alone, so that ids keep the order in which they came. */
const commandId = z.string().regex(/^(?!\d+$)[\w.:-]{1,80}$/, "is 1 to 80 of A-Z a-z 0-9 _ . : -, not digits alone");

const requestSchema = z.discriminatedUnion("verb", [
  z.strictObject({ verb: z.literal("status") }),
  z.strictObject({ verb: z.literal("orders") }),
  z.strictObject({ verb: z.literal("commands") }),
  z.strictObject({
    verb: z.literal("command"),
    id: commandId,
    by: z.string().min(1).max(200),
    from: z.string().min(1).max(200),
    reason: z.string().max(1_000),
    order: orderSchema,
  }),
  z.strictObject({ verb: z.literal("events"), after: z.int().min(0) }),
]);

/** An order as it is asked for: `reload` without the settings. */
export type OrderAsked = Exclude<CommandOrder, { command: "reload" }> | { readonly command: "reload" };

export type CommandRequest = {
  readonly verb: "command";
  readonly id: string;
  readonly by: string;
  readonly from: string;
  readonly reason: string;
  readonly order: OrderAsked;
};

export type ControlRequest =
  | { readonly verb: "status" | "orders" | "commands" }
  | CommandRequest
  /** Every record after the number, then each new one as it comes. */
  | { readonly verb: "events"; readonly after: number };

export type StreamedRecord = JournalRecord;

export type ControlReply =
  | { readonly ok: true; readonly result: unknown }
  | {
      readonly ok: false;
      readonly code: ErrorCode;
      readonly what: string;
      readonly where?: string | undefined;
      readonly fix?: string | undefined;
    };

function invalid(what: string): TidemarkError {
  return new TidemarkError("COMMAND_INVALID", { what, fix: "Nothing was done: correct it and send it again." });
}

/** Throws COMMAND_INVALID where a line is no request, with what is wrong and nothing of the line itself. */
export function requestOf(line: string): ControlRequest {
  let parsed: unknown;
  try {
    parsed = JSON.parse(line);
  } catch {
    throw invalid("A request is one line of JSON");
  }
  return checked(requestSchema, parsed, "No request that is known");
}

/** An order from outside, checked. Throws COMMAND_INVALID, naming the field. */
export function checkCommandOrder(order: unknown): OrderAsked {
  return checked(orderSchema, order, "No command that is known");
}

function checked<T>(schema: z.ZodType<T>, value: unknown, what: string): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw invalid(`${what}: ${[issue.path.join("."), issue.message].filter((part) => part !== "").join(" ")}`);
}

/** What a failure is answered with; a foreign one as UNEXPECTED's kin, without its stack. */
export function refusalOf(thrown: unknown): ControlReply {
  if (thrown instanceof TidemarkError) {
    const { code, what, where, fix } = thrown;
    return { ok: false, code, what, where, fix };
  }
  return { ok: false, code: "INVARIANT", what: toError(thrown).message };
}

/** The refusal as it was thrown on the other side; a code that this program does not know is CHECK_FAILED. */
export function thrownRefusal(reply: Extract<ControlReply, { ok: false }>, folder: string): TidemarkError {
  const { code, what, where = folder, fix } = reply;
  const known = errorCatalog().some((entry) => entry.code === code) ? code : "CHECK_FAILED";
  return new TidemarkError(known, { what, where, ...(fix === undefined ? {} : { fix }) });
}
