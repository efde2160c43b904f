/** Gives up, and hears of it in the way that the argument names, or in none. */
import type { Supervisor } from "../../src/supervisor/supervisor.ts";
import { superviseWith } from "../../src/supervisor/supervise_with.ts";
import { FakeFactory, settle } from "./fake_cell.ts";
import { child, nested } from "./fake_tree.ts";

const factory = new FakeFactory();
const tree: Supervisor = await superviseWith(factory, {
  name: "root",
  maxRestarts: 0,
  children: [nested("inner", ["leaf"], { inner: { maxRestarts: 0 } })],
});
const [way] = Deno.args;
if (way === "event") tree.onEvent(() => {});
factory.cell("leaf").finish();
await settle();
// Long after the end: whoever looks late has looked.
if (way === "exited") await tree.exited;
if (way === "stop") await tree.stop();
if (way === "dispose") await tree[Symbol.asyncDispose]();
if (way === "done") await tree.done();
console.log(child("x").id, tree.state);
