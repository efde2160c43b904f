// One program serves a Manager, another one puts work into its queue. Prints "hello world".
// In a terminal, run the line that is printed in a second one; elsewhere the program does so itself.
import { Manager } from "@troupe/actors";

/** What runs in the second shell. */
async function put(address: string, key: Uint8Array): Promise<void> {
  // A wrong key is an AuthenticationError, before anything else is read.
  await using manager = await Manager.connect(address, key);
  await manager.queue<string>("jobs").put("hello world");
}

/** Runs this program again as the second shell would. The key is in its environment: arguments can be seen by others. */
async function runOther(address: string, key: Uint8Array): Promise<void> {
  await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", import.meta.filename!, address],
    env: { CREW_KEY: key.toHex() },
    stdout: "inherit",
    stderr: "inherit",
  }).output();
}

if (import.meta.main) {
  const [address] = Deno.args;
  if (address !== undefined) {
    await put(address, Uint8Array.fromHex(Deno.env.get("CREW_KEY")!));
  } else {
    const key = crypto.getRandomValues(new Uint8Array(32));
    await using manager = await Manager.start({ address: "127.0.0.1:0", key });
    const job = manager.queue<string>("jobs").take();
    if (Deno.stdin.isTerminal()) {
      const program = `deno run -A ${import.meta.filename}`;
      console.log(`CREW_KEY=${key.toHex()} ${program} ${manager.address}`);
    } else await runOther(manager.address!, key);
    console.log(await job);
  }
}
