import { assertEquals } from "@std/assert";
import { PACKAGE, runDeno } from "../fixtures/child_program.ts";

/** What each example about pools prints. */
const OUTPUTS: Readonly<Record<string, string>> = {
  "07_pool_map_square.ts": "0 1 4 9 16 25 36 49 64 81\n",
  "08_pool_several_arguments.ts": "[ 0, 1, 2, 3 ]\n",
  "09_pool_fixed_argument.ts": "[ 3, 6, 9 ]\n",
  "10_apply_async_callbacks.ts":
    '[ "value", [ 1 ] ] [ "error", "SyntaxError", true ]\n',
  "11_stream_with_backpressure.ts": "no more files are wanted\n3 true\n",
  "12_executor_submit_results.ts": "0 2 4 6 8 10 12 14 16 18\n",
  "13_first_completed_as_completed.ts":
    "1 done, 2 pending\n1 fulfilled\n2 fulfilled\n0 fulfilled\n",
  "14_cancel_and_timeout.ts":
    "stopped searching: TimeoutError\nTimeoutError\nTimeoutError cancelled\n55\n",
  "15_balance_uneven_work.ts": "100 done\n149999997\n",
  "16_split_one_big_task.ts": "1000000\n",
  "17_pool_init_and_recycling.ts":
    '[ "1.234,5", "9.876,5", "0,5", "1.000.000" ]\n2 workers\n',
  "46_lazy_heavy_module.ts": "[ 1, 4, 9 ]\n",
  "47_batch_to_cut_messages.ts": "88890 true\n",
  "48_transfer_do_not_copy.ts": "0 4000000 255\n",
  "50_task_that_yields.ts":
    "the task has ended\n6 3 10 5 16 8 4 2 1\nthe task has ended\n0\n",
  "52_progress_bar.ts": "41538\n",
  "53_pool_of_processes.ts": "[ 1, 4, 9 ]\nfalse\nTimeoutError\n16\n",
  "image_blocks.ts": "640 x 480, 480 rows true\n",
};

for (const [name, expected] of Object.entries(OUTPUTS)) {
  Deno.test(`example ${name} prints what it says`, async () => {
    const args = ["run", "-A", "--no-check", "--quiet", `examples/${name}`];
    const end = await runDeno(args, { cwd: PACKAGE });
    assertEquals(end, { code: 0, stdout: expected, stderr: "" });
  });
}
