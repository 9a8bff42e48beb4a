/** @file `tidemark serve`: the dashboard and the API until Ctrl-C. Jobs and sessions go on without it. */
import { fileURLToPath } from "node:url";
import { type Command, Option } from "commander";
import { ExitCode, TidemarkError } from "../../core/index.ts";
import {
  type LiveDemo,
  runningServer,
  type ServedDashboard,
  serveDashboard,
  signInAgain,
  startDemo,
} from "../../server/index.ts";
import { LAUNCHER } from "../launcher.ts";
import { openFile } from "../terminal/open-file.ts";
import { addVerb, type CommandContext, type VerbRunner, wholeNumber } from "../verb.ts";
import { type LanguageModelOptions, languageModelOf, languageModelOptions } from "./language-model.ts";
import { VERB_SUMMARIES } from "./summaries.ts";

type ServeOptions = LanguageModelOptions & {
  readonly demo?: boolean;
  readonly port: number;
  readonly host: string;
  readonly open?: boolean;
  readonly login?: boolean;
  /** Whose recorded candles a demonstration plays. */
  readonly demoSource?: string | undefined;
};

export const DASHBOARD_PORT = 7_847;
const LOOPBACK = ["127.0.0.1", "localhost", "::1"];
/** The built page, seen from dist/cli/verbs and from src/cli/verbs alike. */
const PAGE = fileURLToPath(new URL("../../../web/dist", import.meta.url));

export async function openDashboard(context: CommandContext, options: ServeOptions): Promise<ServedDashboard> {
  if (!LOOPBACK.includes(options.host)) {
    throw new TidemarkError("ACCESS_REFUSED", {
      what: `The dashboard is not served on ${options.host}: it commands trading, and this program brings no TLS`,
      where: "--host",
      fix: "Leave it on this machine and reach it through a tunnel, such as `ssh -L 7847:127.0.0.1:7847 HOST`.",
    });
  }
  return serveDashboard(context, {
    port: options.port,
    host: options.host,
    pageFolder: PAGE,
    launcher: LAUNCHER,
    isDemo: options.demo === true,
    demoSource: options.demoSource,
    assistant: languageModelOf(options),
  });
}

async function login(context: CommandContext): Promise<void> {
  const running = runningServer(context);
  if (running === undefined) {
    throw new TidemarkError("USAGE_ARGUMENT", {
      what: "No dashboard is served from this folder",
      fix: "Start it with `tidemark serve`.",
    });
  }
  const url = signInAgain(context, running.url);
  context.output.text(url);
  context.output.data({ url });
}

async function run(context: CommandContext, options: ServeOptions): Promise<number | void> {
  if (options.login === true) return login(context);
  const { output, signal, clock } = context;
  const served = await openDashboard(context, options);
  let demo: LiveDemo | undefined;
  try {
    const url = served.signInUrl();
    output.text(`Dashboard  ${served.url}\nsign in    ${url}`);
    output.note(
      "The second address opens it signed in, once, within a minute; `tidemark serve --login` makes another.",
    );
    output.note("Ctrl-C ends it; jobs and sessions go on.");
    output.data({ url: served.url, signIn: url });
    if (options.open === true) {
      await openFile(url).catch(() => output.warn("no browser could be started; open the address above."));
    }
    if (options.demo === true) {
      demo = await startDemo(context, served);
      void demo.ready.then((text) => output.note(`Demonstration: ${text}.`));
    }
    while (!signal.aborted) await clock.sleep(60_000, signal).catch(() => undefined);
  } finally {
    await demo?.close();
    await served.close();
  }
  return ExitCode.done;
}

export function registerServe(program: Command, runner: VerbRunner): void {
  addVerb<ServeOptions>(
    program,
    {
      name: "serve",
      summary: VERB_SUMMARIES.serve,
      withoutChance: true,
      details:
        "Listens on this machine alone. The page opens signed in through an address that works once; programs use tokens (`tidemark token`). Everything that the page does is the API: /docs describes it.",
      options: [
        new Option("--demo", "with a made-up market, a model that learns it and trades it with paper money"),
        new Option("--port <number>", "port to listen on; 0 for any that is free")
          .default(DASHBOARD_PORT)
          .argParser(wholeNumber),
        new Option("--host <address>", "address to listen on: this machine's own").default("127.0.0.1"),
        new Option("--open", "open the page in the browser"),
        ...languageModelOptions(),
        new Option("--login", "print a new address that signs in to the dashboard that runs"),
      ],
      settings: [
        ["--state <folder>", "trade.state"],
        ["--data-dir <folder>", "data.root"],
      ],
      examples: [
        ["serve --open", "the dashboard in the browser, until Ctrl-C"],
        ["serve --demo --open", "everything at work on a fresh machine, without a network or a key"],
        ["serve --endpoint http://127.0.0.1:11434/v1 --model llama3.2", "its analyst is worded by a language model"],
        ["serve --login", "another browser signs in"],
      ],
      run: (context, { options }) => run(context, options),
    },
    runner,
  );
}
