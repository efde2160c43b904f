/**
 * What is left when a process, what keeps it or the program that started it is ended by force, in each stage of a life: no
 * process, no directory, no region of named memory, nobody who waits, and nothing that was read in part.
 */
import { assert, assertEquals } from "@std/assert";
import { ActorCrashedError, System, TroupeError } from "../../mod.ts";
import { libc } from "../../src/memory/libc.ts";
import { sweepRegions } from "../../src/memory/region_sweep.ts";
import {
  ownHolder,
  sweepDirectories,
} from "../../src/process/private_directory.ts";
import {
  LARGE,
  lead,
  type Manner,
  regionsOf,
  type Stage,
  STAGES,
} from "../fixtures/staged_story.ts";

const PROGRAM = new URL("../fixtures/staged_story.ts", import.meta.url).href;
// Its lock is held for life: no test is to be blamed for it.
const HOLDER = await ownHolder();
// So does what regions are swept with.
if (Deno.build.os === "linux") libc();

/** Only a fault takes so long, in milliseconds. */
const LIMIT_MS = 20_000;

/** Who is ended by force. */
const VICTIMS = ["process", "keeper", "program"] as const;
type Victim = typeof VICTIMS[number];

/** What can be seen of a start from outside, one after the other. */
const SIGHTS = ["directory", "socket", "process", "connected"] as const;
type Sight = typeof SIGHTS[number];

/** Those of a process in which it is of interest whether it is in synchronous code. */
const BUSY: readonly Stage[] = ["module", "ask", "onStop", "element"];

/** A place of its own for the directories of starts, and what happens in it. */
class Home implements AsyncDisposable {
  readonly path: string;
  readonly file: string;

  constructor() {
    this.path = Deno.makeTempDirSync({ dir: "/tmp" });
    this.file = `${this.path}/reached`;
  }

  /** The number of the process that has reached its stage, if one has. */
  get reached(): number | undefined {
    try {
      const text = Deno.readTextFileSync(this.file);
      return text.endsWith("\n") ? Number(text) : undefined;
    } catch {
      return undefined;
    }
  }

  /** The directories of starts. */
  get directories(): string[] {
    return [...Deno.readDirSync(this.path)]
      .map(({ name }) => name)
      .filter((name) => name !== "reached");
  }

  /** The regions that those hold, or held, who live here. */
  get regions(): string[] {
    const names = `${regionsOf(this.file)}_`;
    return [...Deno.readDirSync("/dev/shm")]
      .map(({ name }) => name)
      .filter((name) => name.startsWith(names));
  }

  /** The numbers of the processes that live here; the test itself is none. */
  get processes(): number[] {
    return numbers().filter((pid) => livesIn(pid, this.path));
  }

  sees(sight: Sight): boolean {
    const [directory] = this.directories;
    if (sight === "directory") return directory !== undefined;
    if (sight === "socket") {
      return directory !== undefined &&
        exists(`${this.path}/${directory}/socket`);
    }
    const amid = this.processes.filter(isActor).length > 0;
    return sight === "process" ? amid : amid && directory === undefined;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.path, { recursive: true });
  }
}

function exists(path: string): boolean {
  try {
    Deno.statSync(path);
    return true;
  } catch {
    return false;
  }
}

function numbers(): number[] {
  return [...Deno.readDirSync("/proc")].map(({ name }) => Number(name))
    .filter((pid) => pid > 0 && pid !== Deno.pid);
}

/** Whether the directory for temporary files of a process is `home`. */
function livesIn(pid: number, home: string): boolean {
  try {
    const text = Deno.readTextFileSync(`/proc/${pid}/environ`);
    return text.includes(`TMPDIR=${home}\0`);
  } catch {
    return false;
  }
}

/** Whether it is the process of an actor, and not a program. */
function isActor(pid: number): boolean {
  try {
    return Deno.readTextFileSync(`/proc/${pid}/cmdline`)
      .includes("process_entry.ts");
  } catch {
    return false;
  }
}

function endByForce(pid: number): void {
  try {
    Deno.kill(pid, "SIGKILL");
  } catch { /* It has ended by itself. */ }
}

async function until(what: string, is: () => boolean): Promise<void> {
  const start = performance.now();
  while (!is()) {
    assert(performance.now() - start < LIMIT_MS, `${what} is late`);
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}

/** Starts the story, waits for `there`, ends the victim, and checks that nothing is left. */
async function tell(
  victim: Victim,
  stage: Stage,
  manner: Manner,
  there: (home: Home) => boolean,
): Promise<void> {
  await using home = new Home();
  if (victim === "program") await tellProgram(home, stage, manner, there);
  else await tellHere(victim, home, stage, manner, there);
  await until("the end", () => home.processes.length === 0);
  // What is ended before its process was told anything leaves a directory, which the next start of anybody removes.
  await sweepDirectories(home.path, HOLDER);
  await until("the last directory", () => home.directories.length === 0);
  // What held a region leaves it to whoever makes the next one. It may not have ended as a whole when its memory is gone.
  await until("the last region", () => {
    sweepRegions();
    return home.regions.length === 0;
  });
}

async function tellProgram(
  home: Home,
  stage: Stage,
  manner: Manner,
  there: (home: Home) => boolean,
): Promise<void> {
  const program = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", PROGRAM, "story", stage, manner].concat(
      home.file,
    ),
    env: { TMPDIR: home.path },
    stdout: "null",
    stderr: "null",
  }).spawn();
  await until("the stage", () => there(home));
  program.kill("SIGKILL");
  await program.status;
}

async function tellHere(
  victim: Victim,
  home: Home,
  stage: Stage,
  manner: Manner,
  there: (home: Home) => boolean,
): Promise<void> {
  const before = Deno.env.get("TMPDIR");
  Deno.env.set("TMPDIR", home.path);
  const system = new System({ spares: 0, deadLetterLines: 0 });
  const story = lead(system, stage, manner, home.file);
  story.catch(() => {});
  try {
    await until("the stage", () => there(home));
    if (victim === "keeper") await system.close({ timeoutMs: 0 });
    else home.processes.forEach(endByForce);
    // Nobody waits for ever.
    check(stage, await settled(story));
  } finally {
    await system.close({ timeoutMs: 0 });
    if (before === undefined) Deno.env.delete("TMPDIR");
    else Deno.env.set("TMPDIR", before);
  }
}

/** What becomes of a story. */
type Outcome = { readonly value: unknown } | { readonly error: unknown };

async function settled(story: Promise<unknown>): Promise<Outcome> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new Error("Somebody waits for ever")),
      LIMIT_MS,
    );
  });
  const outcome = story.then((value) => ({ value }), (error) => ({ error }));
  try {
    return await Promise.race([outcome, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** An error of the library, the end of who was to stop, or the whole answer: nothing in between. */
function check(stage: Stage, outcome: Outcome): void {
  if ("error" in outcome) {
    assert(outcome.error instanceof TroupeError, `${outcome.error}`);
    return;
  }
  const { value } = outcome;
  if (stage === "answer") {
    assert(value instanceof Uint8Array);
    assertEquals(value.length, LARGE);
    assert(value.every((byte) => byte === 7));
  } else if (stage === "onStop") {
    const { kind } = value as { kind: string };
    assert(kind === "crashed" || kind === "killed" || kind === "failed", kind);
  } else if (stage === "finally") assertEquals(value, [1]);
  else assert(false, `"${stage}" was left with ${value}`);
}

function fault(name: string, fn: () => Promise<void>): void {
  const ignore = Deno.build.os !== "linux";
  Deno.test({ name: `nothing is left when ${name}`, ignore, fn });
}

for (const victim of VICTIMS) {
  for (const sight of SIGHTS) {
    const isThere = sight === "process" || sight === "connected";
    if (victim === "process" && !isThere) continue;
    fault(
      `a ${victim} is ended by force in a start, and what is there last is: ${sight}`,
      () => tell(victim, "onStart", "idle", (home) => home.sees(sight)),
    );
  }
  for (const stage of STAGES) {
    const manner = BUSY.includes(stage) ? "busy" : "idle";
    const holders = victim === "program" ? 2 : 1;
    fault(
      `a ${victim} is ended by force in "${stage}", ${manner}, and holds a region`,
      () =>
        tell(
          victim,
          stage,
          manner,
          ({ reached, regions }) =>
            reached !== undefined && regions.length >= holders,
        ),
    );
  }
}

fault("a process is ended by force and its asker asks again", async () => {
  await using home = new Home();
  const system = new System({ spares: 0, deadLetterLines: 0 });
  const story = lead(system, "ask", "busy", home.file);
  story.catch(() => {});
  await until("the stage", () => home.reached !== undefined);
  endByForce(home.reached!);
  const outcome = await settled(story);
  assert("error" in outcome && outcome.error instanceof ActorCrashedError);
  await system.close();
});
