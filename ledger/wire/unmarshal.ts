/**
 * Reads messages as strictly as Fabric does. The JavaScript protobuf runtime takes what stands before the first senseless byte and is content;
 * a peer refuses the whole. Bytes that one side takes and the other refuses must not exist.
 */
const MALFORMED = "proto: cannot parse invalid wire-format data";
const MAX_GROUP_DEPTH = 100;
const MAX_FIELD_NUMBER = 0x1fffffff;

/** Offset behind the varint at `offset`; undefined if it does not end, or is longer than ten bytes. */
function endOfVarint(bytes: Uint8Array, offset: number): number | undefined {
  for (let end = offset; end < bytes.length && end < offset + 10; end++) if ((bytes[end] ?? 0) < 0x80) return end + 1;
  return undefined;
}

function varintAt(bytes: Uint8Array, offset: number, end: number): number {
  let value = 0;
  for (let index = end - 1; index >= offset; index--) value = value * 0x80 + ((bytes[index] ?? 0) & 0x7f);
  return value;
}

/** Offset behind the field's value; undefined if it reaches beyond the message. */
function endOfValue(bytes: Uint8Array, offset: number, wireType: number): number | undefined {
  if (wireType === 0) return endOfVarint(bytes, offset);
  if (wireType === 1) return offset + 8;
  if (wireType === 5) return offset + 4;
  if (wireType !== 2) return undefined;
  const start = endOfVarint(bytes, offset);
  return start === undefined ? undefined : start + varintAt(bytes, offset, start);
}

/** Offset behind one field, `groups` being those that are open; undefined if it is none. */
function endOfField(bytes: Uint8Array, offset: number, groups: number[]): number | undefined {
  const start = endOfVarint(bytes, offset);
  if (start === undefined) return undefined;
  const tag = varintAt(bytes, offset, start);
  const [number, wireType] = [Math.floor(tag / 8), tag % 8];
  if (number === 0 || number > MAX_FIELD_NUMBER) return undefined;
  if (wireType === 3) return groups.push(number) > MAX_GROUP_DEPTH ? undefined : start;
  if (wireType === 4) return groups.pop() === number ? start : undefined;
  const end = endOfValue(bytes, start, wireType);
  return end === undefined || end > bytes.length ? undefined : end;
}

/** Whether the bytes are a sequence of whole fields, groups closed. What stands inside length-delimited fields is not looked at. */
export function isWireFormat(bytes: Uint8Array): boolean {
  const groups: number[] = [];
  for (let offset = 0; offset < bytes.length; ) {
    const end = endOfField(bytes, offset, groups);
    if (end === undefined) return false;
    offset = end;
  }
  return groups.length === 0;
}

/**
 * Parses a message.
 * @param name the message's name, for the error.
 * @throws Error with Fabric's words (`protoutil/unmarshalers.go`).
 */
export function unmarshal<T>(name: string, type: { deserializeBinary(bytes: Uint8Array): T }, bytes: Uint8Array): T {
  if (!isWireFormat(bytes)) throw new Error(`error unmarshalling ${name}: ${MALFORMED}`);
  try {
    return type.deserializeBinary(bytes);
  } catch (cause) {
    throw new Error(`error unmarshalling ${name}: ${MALFORMED}`, { cause });
  }
}
