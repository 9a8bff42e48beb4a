/** @file `tidemark venue`: a Bybit on this machine. */
import { type Command, Option } from "commander";
import { type ServedVenue, serveVenue } from "../../app/index.ts";
import { DAY_MS, ExitCode, formatMinute } from "../../core/index.ts";
import { FAULT_KINDS } from "../../venues/index.ts";
import { addVerb, type CommandContext, type VerbRunner } from "../verb.ts";
import { VERB_SUMMARIES } from "./summaries.ts";

type VenueOptions = { readonly listFaults?: boolean };

const SHOWN_EVERY_MS = 1_000;

function listFaults({ output }: CommandContext): void {
  const width = Math.max(...Object.keys(FAULT_KINDS).map((kind) => kind.length));
  for (const [kind, meaning] of Object.entries(FAULT_KINDS)) output.text(`${kind.padEnd(width)}  ${meaning}`);
  output.data(FAULT_KINDS);
}

function introduce(context: CommandContext, served: ServedVenue): void {
  const { output } = context;
  const { venue, symbols, timeframe, synthetic, startMs, endMs } = served;
  const settings = context.config().venue;
  const kind = synthetic ? "made up" : "recorded";
  const speed =
    settings.speed === 1 ? "real time" : settings.speed === 0 ? "stands still" : `${settings.speed} times as fast`;
  const lines = [
    `Local Bybit on ${venue.url}`,
    `  market   ${symbols.join(", ")}; ${kind} ${timeframe} candles; book and trades are made from them`,
    `  time     ${formatMinute(startMs)} to ${formatMinute(endMs)} UTC (${((endMs - startMs) / DAY_MS).toFixed(1)} days), ${speed}`,
    `  account  key ${settings.apiKey}, secret ${settings.apiSecret}, ${settings.balance} USDT`,
    ...(settings.faults.length === 0 ? [] : [`  faults   ${settings.faults.join("; ")}`]),
    `  control  curl -d '{"action":"state"}' ${venue.url}/control`,
    "Ctrl-C stops it.",
  ];
  output.text(lines.join("\n"));
  output.data({
    url: venue.url,
    stream: venue.streamUrl,
    symbols,
    timeframe,
    synthetic,
    startMs,
    endMs,
    speed: settings.speed,
  });
}

async function serve(context: CommandContext): Promise<number> {
  const { output, signal, clock } = context;
  const served = await serveVenue(context, (line) => output.detail(line));
  const { venue, startMs, endMs } = served;
  try {
    introduce(context, served);
    let ended = false;
    while (!signal.aborted) {
      const nowMs = venue.core.nowMs;
      const orders = [...venue.core.world.accounts.values()].reduce((sum, account) => sum + account.byId.size, 0);
      output.progress({
        label: `market ${formatMinute(Math.min(nowMs, endMs))}, ${venue.connections} streams, ${orders} orders`,
        done: Math.min(nowMs, endMs) - startMs,
        total: endMs - startMs,
        unit: "ms",
      });
      if (!ended && nowMs >= endMs) {
        ended = true;
        output.warn("the candles have ended: the market stands still, and orders are still taken.");
      }
      await clock.sleep(SHOWN_EVERY_MS, signal).catch(() => undefined);
    }
  } finally {
    output.endProgress();
    await venue.close();
  }
  output.note("The local venue has stopped; its accounts are gone with it.");
  return ExitCode.done;
}

export function registerVenue(program: Command, runner: VerbRunner): void {
  addVerb<VenueOptions>(
    program,
    {
      name: "venue",
      summary: VERB_SUMMARIES.venue,
      details:
        "Speaks Bybit's V5 interface over HTTP and WebSocket on loopback, so that paper and live trading can be tried without\na network, an account or a key. It serves stored candles or the made-up market; book and trades are made from them.",
      options: [new Option("--list-faults", "name every fault that can be set")],
      settings: [
        ["--port <number>", "venue.port"],
        ["--speed <factor>", "venue.speed"],
        ["--start <date>", "venue.start"],
        ["--balance <amount>", "venue.balance"],
        ["--hedge", "venue.hedge"],
        ["--faults <list>", "venue.faults"],
        ["--symbols <list>", "data.symbols"],
        ["--timeframe <length>", "data.timeframe"],
        ["--venue <name>", "data.venue"],
        ["--data-dir <folder>", "data.root"],
      ],
      examples: [
        ["venue", "stored candles, or the made-up market, in real time"],
        ["venue --venue synthetic --speed 60", "an hour of the made-up market in a minute"],
        ['venue --faults "drop-reply on=/v5/order/create probability=0.1"', "one in ten replies to orders is lost"],
      ],
      run: async (context, { options }) => {
        if (options.listFaults !== true) return serve(context);
        listFaults(context);
        return ExitCode.done;
      },
    },
    runner,
  );
}
