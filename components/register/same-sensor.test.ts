import { expect, it } from "vitest";
import { isSameSensor } from "./same-sensor";

it.each([
  ["ws-0461", "0461", true],
  ["ws-0461", "461", true],
  ["ws-0461", "WS-0461", true],
  ["ws-0461", "ws 0461", true],
  ["ws-0461", "61", false],
  ["ws-0461", "1461", false],
  ["ws-0461", "", false],
  ["ws-0461", "—", false],
  ["probe", "0461", false],
])("%s and serial %j: %s", (sensor, serial, same) => expect(isSameSensor(sensor, serial)).toBe(same));
