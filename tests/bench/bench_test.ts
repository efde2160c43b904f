import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertRejects,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { answersOf, itemOf, totalOf, weightOf } from "./raw_order.ts";
import { formatFigure, formatJson, formatTable } from "./report.ts";
import { erlang } from "./erlang.ts";
import { measure, WARM_UPS } from "./rounds.ts";
import { median, spread } from "./statistics.ts";
import {
  type Contender,
  type Effort,
  expectResult,
  oursAtMost,
  ratioAtMost,
  type Row,
  type Subject,
  WrongResultError,
} from "./subject.ts";
import { selectSubjects, SUBJECTS, UnknownSubjectError } from "./subjects.ts";

const EFFORT: Effort = { quick: true, rounds: 3 };

/** Figures of rounds that must not count. */
const COLD: number[] = Array.from({ length: WARM_UPS }, () => 99);

/** A contender with known figures, the first of which is for the warm-up. */
function playing(
  figures: readonly number[],
  played: string[] = [],
  name = "",
): Contender {
  return {
    open: () => {
      let round = 0;
      return {
        round: () => {
          played.push(name);
          return Promise.resolve(figures[round++] ?? NaN);
        },
        close: () => {
          played.push(`close ${name}`);
        },
      };
    },
  };
}

function fakeSubject(played: string[] = []): Subject {
  return {
    name: "fake",
    about: "nothing",
    unit: "ms",
    better: "lower",
    ours: playing([...COLD, 1, 3, 2], played, "ours"),
    peers: [
      {
        name: "slow",
        bar: ratioAtMost(0.5, "≤ 0.5"),
        contender: playing([...COLD, 4, 12, 8], played, "slow"),
      },
      {
        name: "missing",
        bar: ratioAtMost(1, "≤ 1"),
        contender: { open: () => undefined },
      },
      { name: "none: absolute", bar: oursAtMost(1, "≤ 1 ms") },
    ],
  };
}

Deno.test("median() is the middle value whatever the order", () => {
  assertEquals(median([5]), 5);
  assertEquals(median([3, 1, 2]), 2);
  assertEquals(median([4, 1, 3, 2]), 2.5);
});

Deno.test("median() sorts as numbers and leaves its argument as it is", () => {
  const values = [100, 9, 10];
  assertEquals(median(values), 10);
  assertEquals(values, [100, 9, 10]);
});

Deno.test("median() throws when there are no values", () => {
  assertThrows(() => median([]), RangeError, "no values");
});

Deno.test("spread() is the width as a share of the median", () => {
  assertAlmostEquals(spread([8, 10, 13]), 0.5);
  assertEquals(spread([7]), 0);
  assertEquals(spread([0, 0]), 0);
  assertThrows(() => spread([]), RangeError);
});

Deno.test("totalOf() is the sum of what items weigh", () => {
  let sum = 0;
  for (let i = 0; i < 1_001; i++) sum += weightOf(itemOf(i));
  assertEquals(totalOf(1_001), sum);
  assertEquals(answersOf(4), 1 + 2 + 3 + 4);
});

Deno.test("expectResult() throws when the result is wrong", () => {
  expectResult("it", 2, 2);
  assertThrows(
    () => expectResult("the sum", 1, 2),
    WrongResultError,
    "the sum came out wrong: current value is 1, expected 2",
  );
  assertThrows(() => expectResult("it", NaN, 2), WrongResultError);
});

Deno.test("selectSubjects() gives all when none is named", () => {
  assertEquals(selectSubjects([]), SUBJECTS);
});

Deno.test("selectSubjects() keeps the order and drops repeats", () => {
  const names = selectSubjects(["tell", "ask-hot", "tell"]).map((one) =>
    one.name
  );
  assertEquals(names, ["ask-hot", "tell"]);
});

Deno.test("selectSubjects() lists the subjects when a name is unknown", () => {
  const error = assertThrows(
    () => selectSubjects(["tell", "telepathy"]),
    UnknownSubjectError,
  );
  assertStringIncludes(error.message, '"telepathy"');
  for (const { name } of SUBJECTS) assertStringIncludes(error.message, name);
});

Deno.test("SUBJECTS have names of their own and a bar each", () => {
  assertEquals(new Set(SUBJECTS.map((one) => one.name)).size, SUBJECTS.length);
  for (const { peers } of SUBJECTS) {
    assert(peers.length > 0);
    for (const { bar } of peers) assert(bar.text.length > 0);
  }
});

Deno.test("measure() lets all play in turns and closes them", async () => {
  const played: string[] = [];
  await measure(fakeSubject(played), EFFORT);
  const turns = Array.from(
    { length: WARM_UPS + EFFORT.rounds },
    () => ["ours", "slow"],
  ).flat();
  assertEquals(played, [...turns, "close slow", "close ours"]);
});

Deno.test("measure() gives a row of the contract for each peer", async () => {
  const [slow, missing, absolute] = await measure(fakeSubject(), EFFORT);
  const base = { subject: "fake", unit: "ms", better: "lower", ours: 2 };
  assertEquals(slow, {
    ...base,
    peer: "slow",
    theirs: 8,
    ratio: 0.25,
    bar: "≤ 0.5",
    met: true,
    rounds: 3,
    spread: 0,
  } as Row);
  assertEquals(missing, {
    ...base,
    peer: "missing",
    theirs: null,
    ratio: null,
    bar: "≤ 1",
    met: null,
    rounds: 3,
    spread: 1,
  } as Row);
  assertEquals(absolute, {
    ...base,
    peer: "none: absolute",
    theirs: null,
    ratio: null,
    bar: "≤ 1 ms",
    met: false,
    rounds: 3,
    spread: 1,
  } as Row);
});

Deno.test("measure() closes all when a result is wrong", async () => {
  const played: string[] = [];
  const subject: Subject = {
    ...fakeSubject(played),
    peers: [{
      name: "liar",
      bar: ratioAtMost(1, "≤ 1"),
      contender: {
        open: () => ({
          round: () => Promise.reject(new WrongResultError("Lied")),
          close: () => {
            played.push("close liar");
          },
        }),
      },
    }],
  };
  await assertRejects(() => measure(subject, EFFORT), WrongResultError);
  assertEquals(played, ["ours", "close liar", "close ours"]);
});

Deno.test("formatJson() writes an array with the keys of the contract", async () => {
  const rows: unknown = JSON.parse(
    formatJson(await measure(fakeSubject(), EFFORT)),
  );
  assert(Array.isArray(rows));
  assertEquals(Object.keys(rows[0]), [
    "subject",
    "peer",
    "unit",
    "better",
    "ours",
    "theirs",
    "ratio",
    "bar",
    "met",
    "rounds",
    "spread",
  ]);
});

Deno.test("formatTable() says which peer is absent and which bar is missed", async () => {
  const [head, slow, missing, absolute] = formatTable(
    await measure(fakeSubject(), EFFORT),
  ).split("\n");
  assertStringIncludes(head ?? "", "subject");
  assert(/ 2 +8 +ms +0\.25 .* yes$/.test(slow ?? ""), slow);
  assertStringIncludes(missing ?? "", "absent");
  assert(/ NO$/.test(absolute ?? ""), absolute);
});

Deno.test("formatFigure() keeps three digits", () => {
  assertEquals(formatFigure(0.123456), "0.123");
  assertEquals(formatFigure(12.345), "12.3");
  assertEquals(formatFigure(1_234_567.8), "1,234,568");
});

Deno.test("erlang() measures where Erlang is installed, and is absent elsewhere", async () => {
  const jobs = ["ask", "bytes", "create", "crowd", "recovery", "tell"] as const;
  for (const job of jobs) {
    const trial = await erlang(job, () => job === "recovery" ? 5 : 5_000).open(
      EFFORT,
    );
    if (trial === undefined) return;
    assert(await trial.round() > 0);
    assert(await trial.round() > 0);
    await trial.close();
  }
});
