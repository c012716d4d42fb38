import { describe, expect, it } from "vitest";
import type { Command } from "@/lib/messages/commands";
import type { CommandRow } from "@/lib/store/commands";
import { commandState, commandTitle } from "./command-words";

const T = 1_795_000_000_000;
const row = (more: Partial<CommandRow> = {}): CommandRow => ({
  counter: 2,
  command: { kind: "stop" },
  expires: T + 600_000,
  at: T,
  by: "lena@shipper",
  transaction: "ab",
  report: null,
  ...more,
});
const report = { outcome: "done", at: T + 3_000, recordedAt: T + 5_000, interval: 1_000, measuring: true, transaction: "cd" } as const;

describe("what is known of a command", () => {
  it("is never that it was carried out, but by the sensor's own word", () => {
    for (const now of [T, T + 599_999, T + 600_000, T + 9e9])
      for (const newest of [2, 3]) expect(commandState(row(), newest, now).kind).not.toBe("kept");
    expect(commandState(row({ report }), 2, T)).toMatchObject({ kind: "kept", text: "Carried out", at: T + 3_000 });
  });

  it("is since when it is not answered, also after its end", () => {
    expect(commandState(row(), 2, T + 599_999)).toMatchObject({ text: "Committed, not answered", at: T });
    expect(commandState(row(), 2, T + 600_000)).toMatchObject({ text: "Ended, not answered", at: T });
  });

  it("is why the sensor refused it, and which one replaced it", () => {
    expect(commandState(row({ report: { ...report, outcome: "COMMAND_EXPIRED" } }), 2, T).text).toBe("Refused: it had ended");
    expect(commandState(row({ report: { ...report, outcome: "COMMAND_UNFIT" } }), 2, T).text).toBe("Refused: it does not fit");
    expect(commandState(row(), 3, T).text).toBe("Replaced by command 3");
  });
});

it("has words for each command, and other words for each", () => {
  const commands: Command[] = [
    { kind: "interval", ms: 30_000 },
    { kind: "interval", ms: 60_000 },
    { kind: "profile", profile: "fridge-2-8/1" },
    { kind: "identify", ms: 30_000 },
    { kind: "stop" },
    { kind: "start" },
  ];
  expect(new Set(commands.map(commandTitle)).size).toBe(commands.length);
});
