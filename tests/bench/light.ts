/**
 * Actors that share a thread, beside Erlang's processes.
 *
 * @module
 */
import type { Placement } from "../../mod.ts";
import { openAsking } from "./asking.ts";
import { erlang, type ErlangJob } from "./erlang.ts";
import {
  openBytes,
  openCreating,
  openCrowd,
  openRecovery,
} from "./light_crowd.ts";
import {
  type Bar,
  type Effort,
  oursAtLeast,
  oursAtMost,
  type Peer,
  ratioAtLeast,
  ratioAtMost,
  type Subject,
} from "./subject.ts";
import { openTelling } from "./telling.ts";

/** How often Troupe and Erlang do it in a round. */
type Count = (effort: Effort) => number;

const AT_MOST = ratioAtMost(1.5, "≤ 1.5 (goal)");
const AT_LEAST = ratioAtLeast(1 / 1.5, "≥ 1/1.5 (goal)");

const asks: Count = ({ quick }) => quick ? 20_000 : 100_000;
const tells: Count = ({ quick }) => quick ? 100_000 : 300_000;
const creations: Count = ({ quick }) => quick ? 5_000 : 20_000;
const crowd: Count = ({ quick }) => quick ? 5_000 : 100_000;
const falls: Count = ({ quick }) => quick ? 10 : 100;

function peers(bar: Bar, goal: Bar, job: ErlangJob, count: Count): Peer[] {
  return [
    { name: "none: absolute", bar },
    { name: "Erlang, processes", bar: goal, contender: erlang(job, count) },
  ];
}

/** What is asked of actors that share a thread, at `placement`. */
export function lightSubjects(placement: Placement): readonly Subject[] {
  const of = `"${placement}" actors`;
  const beside = placement === "shared" ? " of one host" : "";
  return [
    {
      name: `${placement}-ask`,
      about: `ask round trip between two ${of}${beside}, asked again at once`,
      unit: "µs",
      better: "lower",
      ours: {
        open: (effort) =>
          openAsking({ count: asks(effort), pauseMs: 0 }, placement),
      },
      peers: peers(oursAtMost(3, "≤ 3 µs"), AT_MOST, "ask", asks),
    },
    {
      name: `${placement}-tell`,
      about: `tells of {id, name, x, y} between two ${of}${beside}`,
      unit: "tells/s",
      better: "higher",
      ours: { open: (effort) => openTelling(tells(effort), placement) },
      peers: peers(oursAtLeast(2e6, "≥ 2 M/s"), AT_LEAST, "tell", tells),
    },
    {
      name: `${placement}-create`,
      about: `${of} made, until each is up`,
      unit: "µs",
      better: "lower",
      ours: { open: (effort) => openCreating(creations(effort), placement) },
      peers: peers(oursAtMost(20, "≤ 20 µs"), AT_MOST, "create", creations),
    },
    {
      name: `${placement}-bytes`,
      about: `heap of each of 100,000 ${of} that are alive and were asked`,
      unit: "bytes",
      better: "lower",
      ours: { open: (effort) => openBytes(crowd(effort), placement) },
      peers: peers(oursAtMost(4_096, "≤ 4 KiB"), AT_MOST, "bytes", crowd),
    },
    {
      name: `${placement}-crowd`,
      about: `100,000 ${of} made and asked once each, all alive at once`,
      unit: "µs each",
      better: "lower",
      ours: { open: (effort) => openCrowd(crowd(effort), placement) },
      peers: peers(oursAtMost(25, "≤ 25 µs"), AT_MOST, "crowd", crowd),
    },
    {
      name: `${placement}-recovery`,
      about: `crash of one of the supervised ${of} to its next answer`,
      unit: "ms",
      better: "lower",
      ours: { open: (effort) => openRecovery(falls(effort), placement) },
      peers: peers(oursAtMost(1, "≤ 1 ms"), AT_MOST, "recovery", falls),
    },
  ];
}
