/**
 * Names of files that need not be UTF-8, as strings that lose nothing: each byte that is none becomes
 * the lone surrogate U+DC00 plus the byte, as in Python (PEP 383). Arguments come from Node as UTF-8.
 */

const LONE = 0xdc00;

/** A name as the system gave it. */
export function fromSystem(bytes: Buffer): string {
  const name = bytes.toString();
  if (Buffer.from(name).equals(bytes)) return name;
  let found = "";
  for (let at = 0; at < bytes.length; ) {
    const parts = [1, 2, 3, 4].map((length) => bytes.subarray(at, at + length));
    const whole = parts.find((part) => Buffer.from(part.toString()).equals(part));
    found += whole?.toString() ?? String.fromCharCode(LONE + (bytes[at] as number));
    at += whole?.length ?? 1;
  }
  return found;
}

/** The same for the system. */
export function toSystem(name: string): string | Buffer {
  const parts = name.split(/([\udc80-\udcff])/u);
  if (parts.length === 1) return name;
  const bytes = parts.map((part, index) =>
    index % 2 === 0 ? Buffer.from(part) : Buffer.of(part.charCodeAt(0) - LONE),
  );
  return Buffer.concat(bytes);
}
