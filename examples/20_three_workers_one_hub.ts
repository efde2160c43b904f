// One pipe for each worker: each message reaches the one it is for.
import { pipe, type Receiver, run, type Sender, task } from "@troupe/actors";

type Port = Sender<string> & Receiver<string>;

const talker = task(
  import.meta,
  "talker",
  async (port: Port, id: string) => {
    await port.send(`${id}_send1`);
    console.log(id, "received", await port.receive());
  },
);

if (import.meta.main) {
  await Promise.all(["I1", "I2", "I3"].map(async (id) => {
    const [here, there] = pipe<string>();
    await using w = run(talker, [there, id]);
    console.log("| main", await here.receive());
    await here.send(`hello ${id}`);
    await w;
  }));
}
