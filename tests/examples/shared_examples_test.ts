import { assertEquals } from "@std/assert";
import { PACKAGE, runDeno } from "../fixtures/child_program.ts";

/** What each example about shared data prints. */
const OUTPUTS: Readonly<Record<string, string>> = {
  "26_value_atomic_increment.ts": "200000\n",
  "27_array_shared_integers.ts": "1\n",
  "28_lock_protects_update.ts": "20.00\n",
  "29_struct_points.ts":
    "49 0.1111 HELLO WORLD\n3.515625 39.0625\n33.0625 4\n5.640625 90.25\n",
  "30_semaphore_limits_downloads.ts": "[ 1, 2, 3, 4, 5, 6 ]\ntrue\n",
  "31_barrier_in_lockstep.ts": "10\n",
  "32_event_and_condition.ts": "true\n",
  "36_type_safe_views.ts":
    "21.5\nat:f64,value:f32,sensor:u32\n2048 needed, 1024 available\n",
  "41_server_shares_config.ts": "limit 100\nlimit 100\nlimit 110\nlimit 110\n",
  "45_rollout_workers.ts": "20 20 20 true\n",
};

for (const [name, expected] of Object.entries(OUTPUTS)) {
  Deno.test(`example ${name} prints what it says`, async () => {
    const end = await runDeno(["run", "-A", "--quiet", `examples/${name}`], {
      cwd: PACKAGE,
    });
    assertEquals(end, { code: 0, stdout: expected, stderr: "" });
  });
}
