/** Whether a sensor's id ends with a serial number, letters alike and leading zeros apart: `ws-0461` and serial 461 or WS-0461. */
export function isSameSensor(sensor: string, serial: string): boolean {
  const plain = (text: string) => text.toLowerCase().replace(/[^a-z0-9]+/g, "");
  const own = plain(serial);
  if (own === "") return false;
  if (plain(sensor) === own) return true;
  const [, digits] = /(\d+)$/.exec(sensor) ?? [];
  return digits !== undefined && digits.replace(/^0+/, "") === own.replace(/^0+/, "") && /^\d+$/.test(own);
}
