// facet chat on a disk that fills up while an answer is written: the answer is on the terminal, and the command says that it is nowhere else.
import { readInstanceAddress } from "../../electron/instance/instanceAddress";
import { RemoteApplication } from "../../electron/instance/RemoteApplication";
import { CAN_MOUNT, SmallDisk } from "../fullDisk";
import { expect, test } from "./facetCommand";

test.skip(!CAN_MOUNT, "only root on Linux may mount a small disk");

const STORY = "Write a very long story about a lighthouse, in many chapters.";
const LONG = ["--temperature", "0", "--max-tokens", "150"];

let disk: SmallDisk;
test.beforeEach(async () => {
  disk = await SmallDisk.create();
});
test.afterEach(() => disk.remove());

test("an answer that cannot be saved is printed, and the command fails in words", async ({ facet }) => {
  const env = { FACET_DATA_DIR: disk.dataFolder };
  const running = facet.start(["chat", "-p", STORY, ...LONG], { env });
  running.endInput();
  await running.whenWritten(/\w+ \w+ \w+/u);
  disk.fill();
  const { code, stdout, stderr } = await running.result;
  expect(code).toBe(1);
  expect(stdout.length).toBeGreaterThan(300);
  expect(stderr).toContain("The disk is full.");
  expect(stderr).toContain("The answer could not be saved and is only what was printed here");

  // The next message may still find room, which its answer does not: both ways it is said.
  const next = await facet.run(["chat", "-p", STORY, ...LONG], { env });
  expect(next.code).toBe(1);
  expect(next.stderr).toContain("The disk is full");

  disk.free();
  const saved = await facet.run(["chat", "-p", "Name a colour.", "--max-tokens", "8"], { env });
  expect(saved).toMatchObject({ code: 0, stderr: "" });
});

test("a chat on a terminal goes on, and ends with what is not saved", async ({ facet }) => {
  const running = facet.startOnTerminal(["chat", ...LONG], { env: { FACET_DATA_DIR: disk.dataFolder } });
  await running.whenWritten(/\/help shows/u);
  running.write(`${STORY}\r`);
  await running.whenWritten(/chapters\.[^>]*\w+ \w+ \w+ \w+ \w+ \w+/su);
  disk.fill();
  await running.whenWritten(/This answer could not be saved\./u);
  running.write("/bye\r");
  const { code, stdout } = await running.result;
  expect(code).toBe(1);
  expect(stdout.replaceAll(/\s+/gu, " ")).toContain("The answer could not be saved and is only what was printed here");
});

test("a chat on a terminal keeps the data folder while an answer is not saved, whoever asks for it", async ({
  facet,
}) => {
  const holder = async (): Promise<RemoteApplication | null> => {
    const address = readInstanceAddress(disk.dataFolder);
    const remote = address === null ? "gone" : await RemoteApplication.connect(address);
    return typeof remote === "string" ? null : remote;
  };
  const unsaved = async (): Promise<number | null> => {
    const remote = await holder();
    if (remote === null) return null;
    const outcome = await remote.call("chats.saveUnsaved", undefined);
    await remote.close();
    return outcome.ok ? outcome.value.answers.length : null;
  };
  // As the window does while it waits.
  const askForRelease = async () => (await holder())?.askForRelease();

  const running = facet.startOnTerminal(["chat", ...LONG], { env: { FACET_DATA_DIR: disk.dataFolder } });
  await running.whenWritten(/\/help shows/u);
  running.write(`${STORY}\r`);
  await running.whenWritten(/chapters\.[^>]*\w+ \w+ \w+ \w+ \w+ \w+/su);
  disk.fill();
  await running.whenWritten(/This answer could not be saved\./u);
  for (let asked = 0; asked < 3; asked++) {
    await askForRelease();
    expect(await unsaved()).toBe(1);
  }

  disk.free();
  expect(await unsaved()).toBe(0);
  await expect(async () => {
    await askForRelease();
    expect(readInstanceAddress(disk.dataFolder)).toBeNull();
  }).toPass();
  running.write("/bye\r");
  expect((await running.result).code).toBe(0);
});
