/**
 * Measures Troupe beside its peers.
 *
 * Usage: `main.ts [--json FILE] [--quick] [SUBJECT…]`. Exit code 0: everything was measured, whatever the bars say; 1: a
 * result was wrong; 2: the command line was.
 *
 * @module
 */
import { parseArgs } from "@std/cli/parse-args";
import { ProgressBar } from "@std/cli/unstable-progress-bar";
import { describeMachine, formatJson, formatTable } from "./report.ts";
import { measure, WARM_UPS } from "./rounds.ts";
import type { Effort, Row, Subject } from "./subject.ts";
import { selectSubjects, SUBJECTS, UnknownSubjectError } from "./subjects.ts";

const FULL: Effort = { quick: false, rounds: 7 };
const QUICK: Effort = { quick: true, rounds: 3 };

const USAGE = `Usage: deno task bench [--json FILE] [--quick] [SUBJECT…]

Measures each subject beside its peers, in turns, and prints medians.

  --json FILE  also write the rows to FILE
  --quick      be done in 60 s: fewer rounds, smaller ones

Subjects:
${
  SUBJECTS.map(({ name, about }) => `  ${name.padEnd(14)} ${about}`).join("\n")
}`;

/** What the command line asks for. */
interface Order {
  readonly json: string | undefined;
  readonly effort: Effort;
  readonly subjects: readonly Subject[];
}

/** The command line cannot be understood. */
class UsageError extends Error {}

function readOrder(args: readonly string[]): Order | "help" {
  const flags = parseArgs([...args], {
    boolean: ["quick", "help"],
    string: ["json", "_"],
    unknown: (argument, key) => {
      if (key === undefined) return true;
      throw new UsageError(`Cannot use option "${argument}": see --help`);
    },
  });
  if (flags.help) return "help";
  if (flags.json === "") {
    throw new UsageError("Cannot write JSON to no file: give --json FILE");
  }
  return {
    json: flags.json,
    effort: flags.quick ? QUICK : FULL,
    subjects: selectSubjects(flags._.map(String)),
  };
}

/** A bar on a terminal, nothing in a pipe. */
interface Meter {
  step(subject: string): void;
  stop(): Promise<void>;
}

function startMeter(max: number): Meter {
  if (!Deno.stderr.isTerminal()) {
    return { step: () => {}, stop: () => Promise.resolve() };
  }
  let current = "";
  const bar = new ProgressBar({
    max,
    barLength: 40,
    clear: true,
    formatter: ({ progressBar, value }) =>
      `[${progressBar}] ${value}/${max} ${current}`,
  });
  return {
    step: (subject) => {
      current = subject;
      bar.value++;
    },
    stop: () => bar.stop(),
  };
}

async function measureAll({ subjects, effort }: Order): Promise<{
  rows: Row[];
  failures: string[];
}> {
  const rows: Row[] = [];
  const failures: string[] = [];
  const meter = startMeter(subjects.length * (WARM_UPS + effort.rounds));
  for (const subject of subjects) {
    try {
      const onRound = () => meter.step(subject.name);
      rows.push(...await measure(subject, effort, onRound));
    } catch (error) {
      // The other subjects still have something to say.
      failures.push(`${subject.name}: ${error}`);
    }
  }
  await meter.stop();
  return { rows, failures };
}

/** Before minutes are spent on figures that could not be kept. */
async function checkWritable(file: string): Promise<void> {
  try {
    await Deno.writeTextFile(file, "", { append: true });
  } catch (error) {
    throw new UsageError(`Cannot write JSON to "${file}": ${error}`);
  }
}

async function main(args: readonly string[]): Promise<number> {
  let order: Order | "help";
  try {
    order = readOrder(args);
    if (order !== "help" && order.json !== undefined) {
      await checkWritable(order.json);
    }
  } catch (error) {
    if (
      !(error instanceof UsageError || error instanceof UnknownSubjectError)
    ) throw error;
    console.error(error.message);
    return 2;
  }
  if (order === "help") {
    console.log(USAGE);
    return 0;
  }
  console.log(`${await describeMachine()}\n`);
  const { rows, failures } = await measureAll(order);
  console.log(formatTable(rows));
  if (order.json !== undefined) {
    await Deno.writeTextFile(order.json, formatJson(rows));
  }
  for (const failure of failures) console.error(failure);
  return failures.length === 0 ? 0 : 1;
}

if (import.meta.main) Deno.exit(await main(Deno.args));
