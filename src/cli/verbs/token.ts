/** @file `tidemark token`: what programs show to the API, and the password of a page. Only hashes are kept. */
import { type Command, Option } from "commander";
import { formatDay, TidemarkError } from "../../core/index.ts";
import { accessFolder, Vault } from "../../server/index.ts";
import { askLine } from "../terminal/ask.ts";
import { table } from "../terminal/table.ts";
import { addGroup, addVerb, type CommandContext, type VerbRunner, wholeNumber } from "../verb.ts";
import { VERB_SUMMARIES } from "./summaries.ts";

type MakeOptions = { readonly tier: "view" | "operate"; readonly days: number };

function vaultOf(context: CommandContext): Vault {
  return new Vault(accessFolder(context), context.clock);
}

function list(context: CommandContext): void {
  const tokens = vaultOf(context).tokens();
  const { output } = context;
  output.text(
    tokens.length === 0
      ? "No tokens. `tidemark token make NAME` makes one."
      : table(
          [{ title: "token" }, { title: "name" }, { title: "tier" }, { title: "expires (UTC)" }],
          tokens.map(({ id, name, tier, expiresMs }) => [id, name, tier, formatDay(expiresMs)]),
          output.columns,
        ),
  );
  output.data({ tokens });
}

/** One line from the terminal, which doesn't show it, or from a pipe. */
async function askedPassword(context: CommandContext, question: string): Promise<string> {
  if (process.stdin.isTTY) context.output.note(question);
  return askLine(question, { signal: context.signal, isHidden: true });
}

async function setPassword(context: CommandContext, { remove }: { readonly remove?: boolean }): Promise<void> {
  const vault = vaultOf(context);
  if (remove === true) {
    await vault.setPassword(undefined);
    context.output.text("No page raises live risk any more.");
    context.output.data({ password: false });
    return;
  }
  const password = await askedPassword(context, "The password, twice; it is not shown:");
  if (process.stdin.isTTY && (await askedPassword(context, "Again:")) !== password) {
    throw new TidemarkError("USAGE_ARGUMENT", {
      what: "The two are not the same",
      fix: "Nothing was changed; try again.",
    });
  }
  await vault.setPassword(password);
  context.output.text("Set. With it a page may raise live risk, for five minutes each time.");
  context.output.data({ password: true });
}

export function registerToken(program: Command, runner: VerbRunner): void {
  const group = addGroup(program, "token", VERB_SUMMARIES.token, [["token ls", "every token and what it may do"]]);
  addVerb(
    group,
    {
      name: "ls",
      summary: "List the tokens",
      withoutChance: true,
      examples: [["token ls", "every token with its tier and its end"]],
      run: async (context) => list(context),
    },
    runner,
  );
  addVerb<MakeOptions>(
    group,
    {
      name: "make",
      summary: "Make a token; its secret is shown this once",
      withoutChance: true,
      details: "view reads; operate starts and stops jobs and commands sessions. No token raises live risk.",
      arguments: [["<name>", "what it is for"]],
      options: [
        new Option("--tier <tier>", "what it may do").choices(["view", "operate"]).default("view"),
        new Option("--days <count>", "how long it is valid").default(90).argParser(wholeNumber),
      ],
      examples: [["token make grafana --days 365", "for a program that reads"]],
      run: async (context, { args, options }) => {
        const { token, secret } = vaultOf(context).makeToken(
          args[0],
          options.tier,
          Math.min(365, Math.max(1, options.days)),
        );
        context.output.text(secret);
        context.output.note(
          `${token.name} (${token.tier}) until ${formatDay(token.expiresMs)}. It is not shown again.`,
        );
        context.output.data({ token, secret });
      },
    },
    runner,
  );
  addVerb<{ readonly remove?: boolean }>(
    group,
    {
      name: "password",
      summary: "Set the password with which a page may raise live risk",
      withoutChance: true,
      details: "Without one no page can: the command line does. It is asked on the terminal, or read from a pipe.",
      options: [new Option("--remove", "take it away: no page raises live risk")],
      examples: [["token password", "asks for it twice and keeps a hash"]],
      run: (context, { options }) => setPassword(context, options),
    },
    runner,
  );
  addVerb(
    group,
    {
      name: "revoke",
      summary: "Revoke a token",
      withoutChance: true,
      arguments: [["<token>", "its id or name"]],
      examples: [["token revoke grafana", "it is refused from now on"]],
      run: async (context, { args }) => {
        const token = vaultOf(context).revokeToken(args[0]);
        context.output.text(`revoked ${token.name}`);
        context.output.data({ token });
      },
    },
    runner,
  );
}
