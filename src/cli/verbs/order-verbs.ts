/** @file The verbs that change a position, an order or an asset class of a running session, and the list of what was told. */
import { userInfo } from "node:os";
import { type Command, Option } from "commander";
import { commandSession, sessionCommands } from "../../app/index.ts";
import { formatMinute, systemClock, TidemarkError } from "../../core/index.ts";
import { type OrderAsked, type SessionView, subjectOf } from "../../trade/index.ts";
import { table } from "../terminal/table.ts";
import { addVerb, type CommandContext, type VerbRunner } from "../verb.ts";
import { VERB_SUMMARIES } from "./summaries.ts";

const SESSION = ["[session]", 'such as "paper/tidemark-1"; without it the one that runs'] as const;
const SETTINGS = [["--state <folder>", "trade.state"]] as const;
const REASON = (): Option => new Option("--reason <words>", "stands in the journal");

/** Most time that a verb stays for a command's end, and between two looks. */
const WATCH_MS = 2_000;
const LOOK_MS = 200;

/** Commands a session and tells what became of it; what takes longer goes on without the verb. */
export async function tell(
  context: CommandContext,
  session: string | undefined,
  order: OrderAsked,
  reason: string | undefined,
  done: (view: SessionView) => string,
): Promise<void> {
  const config = context.config();
  const actor = { by: userName(), from: "command line" };
  const told = await commandSession(config, session, order, { actor, reason: reason ?? "ordered" });
  let { command } = told;
  // Closing takes the time that the market takes: the engine is told, and the verb is done.
  const closes = order.command === "flatten" || order.command === "close-position";
  const until = systemClock.nowMs() + (closes ? 0 : WATCH_MS);
  while (command.status === "accepted" && systemClock.nowMs() < until) {
    await systemClock.sleep(LOOK_MS, context.signal);
    const { result } = await sessionCommands(config, told.session);
    command = result.find(({ id }) => id === command.id) ?? command;
  }
  if (command.status === "refused") {
    throw new TidemarkError(command.code ?? "COMMAND_REFUSED", {
      what: `The engine refused: ${command.detail}`,
      where: told.session,
      fix: "`tidemark commands` shows what was told before.",
    });
  }
  context.output.text(
    `${told.session} ${command.status === "done" ? done(told.result) : "has accepted it; `tidemark commands` shows when it is done"}`,
  );
  context.output.data({ ...told.result, session: told.session, command });
}

function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return "nobody known to the system";
  }
}

export function registerClose(program: Command, runner: VerbRunner): void {
  addVerb<{ reason?: string }>(
    program,
    {
      name: "close",
      summary: VERB_SUMMARIES.close,
      withoutChance: true,
      details:
        "Whatever the model decides meanwhile; trading goes on with its next decision. On paper it fills at the next open.",
      arguments: [["<symbol>", "such as BTCUSDT"], SESSION],
      options: [REASON()],
      settings: SETTINGS,
      examples: [["close BTCUSDT", "the position of the session that runs"]],
      run: (context, { args: [symbol, session], options }) =>
        tell(context, session, { command: "close-position", symbol }, options.reason, () => `has closed ${symbol}`),
    },
    runner,
  );
}

export function registerCancel(program: Command, runner: VerbRunner): void {
  addVerb<{ reason?: string }>(
    program,
    {
      name: "cancel",
      summary: VERB_SUMMARIES.cancel,
      withoutChance: true,
      arguments: [["<order>", "a client order id"], SESSION],
      options: [REASON()],
      settings: SETTINGS,
      examples: [["cancel l7c1f0a9b2d3-mihk2a9c-e0", "as `tidemark orders` shows it"]],
      run: (context, { args: [clientOrderId, session], options }) =>
        tell(context, session, { command: "cancel-order", clientOrderId }, options.reason, () => "has cancelled it"),
    },
    runner,
  );
}

export function registerProtect(program: Command, runner: VerbRunner): void {
  addVerb<{ reason?: string; stop?: string; target?: string }>(
    program,
    {
      name: "protect",
      summary: VERB_SUMMARIES.protect,
      withoutChance: true,
      details:
        "Stands until the position is closed, whatever the model decides. A stop must lie on its side of the price and within trade.max_order_loss; while trading is halted it may only come nearer. On paper it takes effect at the next open.",
      arguments: [["<symbol>", "such as BTCUSDT"], SESSION],
      options: [
        new Option("--stop <price>", "price of the stop"),
        new Option("--target <price>", 'price of the target, or "none"'),
        REASON(),
      ],
      settings: SETTINGS,
      examples: [["protect BTCUSDT --stop 61000 --target none", "a nearer stop, and no target"]],
      run: (context, { args: [symbol, session], options }) => {
        const { stop, target } = options;
        const order = {
          command: "change-protection",
          symbol,
          ...(stop === undefined ? {} : { stopPrice: stop }),
          ...(target === undefined ? {} : { targetPrice: target === "none" ? null : target }),
        } as OrderAsked;
        return tell(context, session, order, options.reason, () => `protects ${symbol} as told`);
      },
    },
    runner,
  );
}

export function registerSwitch(program: Command, runner: VerbRunner): void {
  addVerb<{ reason?: string }>(
    program,
    {
      name: "switch",
      summary: VERB_SUMMARIES.switch,
      withoutChance: true,
      details:
        "Off: positions of the class may shrink and close, nothing of it is opened; it survives restarts. Live, on is refused where trade.live_classes does not name the class.",
      arguments: [["<class>", "cryptoSpot, cryptoFutures, forex or options"], ["<state>", "on or off"], SESSION],
      options: [REASON()],
      settings: SETTINGS,
      examples: [["switch cryptoFutures off", "open no perpetual and no future any more"]],
      run: (context, { args: [name, state, session], options }) => {
        if (state !== "on" && state !== "off") {
          throw new TidemarkError("USAGE_ARGUMENT", { what: `A class is switched on or off, not "${state}"` });
        }
        const order = { command: "switch-class", assetClass: name, open: state === "on" } as OrderAsked;
        return tell(context, session, order, options.reason, () => `has switched ${name} ${state}`);
      },
    },
    runner,
  );
}

export function registerCommands(program: Command, runner: VerbRunner): void {
  addVerb(
    program,
    {
      name: "commands",
      summary: VERB_SUMMARIES.commands,
      withoutChance: true,
      arguments: [SESSION],
      settings: SETTINGS,
      examples: [["commands", "of the last days, newest first"]],
      run: async (context, { args }) => {
        const { result } = await sessionCommands(context.config(), args[0]);
        context.output.data(result);
        if (result.length === 0) {
          context.output.text("no commands");
          return;
        }
        context.output.text(
          table(
            [
              { title: "time (UTC)" },
              { title: "command" },
              { title: "on" },
              { title: "by", drop: 1 },
              { title: "from", drop: 2 },
              { title: "status" },
              { title: "why", drop: 3 },
            ],
            result.map(({ atMs, order, by, from, status, code, detail, reason }) => [
              formatMinute(atMs),
              order.command,
              subjectOf(order),
              by,
              from,
              status,
              status === "refused" ? `${code ?? ""} ${detail}` : reason,
            ]),
            context.output.columns,
          ),
        );
      },
    },
    runner,
  );
}
