/**
 * The order of play: everybody warms up, then all are measured in turns.
 *
 * @module
 */
import { deadline } from "@std/async/deadline";
import { median, spread } from "./statistics.ts";
import type {
  Contender,
  Effort,
  Peer,
  Row,
  Subject,
  Trial,
} from "./subject.ts";

/** Rounds that everybody plays before any counts: after two, what is hot has been compiled, of all players. */
export const WARM_UPS = 2;

/** A round that takes longer hangs. In milliseconds. */
const ROUND_LIMIT_MS = 60_000;

/** One who plays: a contender that is there, with its figures. */
interface Player {
  readonly trial: Trial;
  readonly figures: number[];
}

async function open(
  contender: Contender | undefined,
  effort: Effort,
  all: AsyncDisposableStack,
): Promise<Player | undefined> {
  const trial = await contender?.open(effort);
  if (trial === undefined) return undefined;
  all.defer(() => trial.close());
  return { trial, figures: [] };
}

/**
 * Measures a subject: Troupe and its peers in turns (A B C A B C …), so that what else the machine does hits all alike.
 *
 * @param onRound Called after each turn of all, warm-ups included.
 * @returns A row for each peer.
 * @throws {WrongResultError} If a contender did not do its work.
 * @throws {DOMException} `"TimeoutError"` if a round takes longer than 60 s.
 */
export async function measure(
  subject: Subject,
  effort: Effort,
  onRound: () => void = () => {},
): Promise<Row[]> {
  await using all = new AsyncDisposableStack();
  const ours = await open(subject.ours, effort, all);
  if (ours === undefined) {
    throw new TypeError(
      `Cannot measure "${subject.name}" as our own contender is absent`,
    );
  }
  const theirs: (Player | undefined)[] = [];
  for (const { contender } of subject.peers) {
    theirs.push(await open(contender, effort, all));
  }
  const players = [ours, ...theirs.filter((one) => one !== undefined)];
  for (let round = -WARM_UPS; round < effort.rounds; round++) {
    for (const { trial, figures } of players) {
      const figure = await deadline(trial.round(), ROUND_LIMIT_MS);
      if (round >= 0) figures.push(figure);
    }
    onRound();
  }
  return subject.peers.map((peer, i) =>
    rowOf(subject, peer, ours.figures, theirs[i]?.figures)
  );
}

function rowOf(
  { name, unit, better }: Subject,
  { name: peer, bar, contender }: Peer,
  ours: readonly number[],
  theirs: readonly number[] | undefined,
): Row {
  const base = { subject: name, peer, unit, better, ours: median(ours) };
  const rest = { bar: bar.text, rounds: ours.length };
  if (theirs === undefined) {
    return {
      ...base,
      theirs: null,
      ratio: null,
      bar: rest.bar,
      // Beside a peer that is absent nothing can be said.
      met: contender === undefined ? bar.meets(base.ours, NaN) : null,
      rounds: rest.rounds,
      spread: spread(ours),
    };
  }
  const ratio = base.ours / median(theirs);
  return {
    ...base,
    theirs: median(theirs),
    ratio,
    bar: rest.bar,
    met: bar.meets(base.ours, ratio),
    rounds: rest.rounds,
    spread: spread(ours.map((value, i) => value / (theirs[i] ?? NaN))),
  };
}
