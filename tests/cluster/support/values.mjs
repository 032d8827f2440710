// SPDX-License-Identifier: MIT
//
// Values on the control lines between a test and a node: JSON, with binary data as {"$bytes": base64}.

export function toLine(value) {
  return JSON.stringify(value, function (key, shown) {
    const own = this[key];
    return own instanceof Uint8Array ? { $bytes: Buffer.from(own).toString("base64") } : shown;
  });
}

export function fromLine(line) {
  return JSON.parse(line, (_key, value) =>
    typeof value?.$bytes === "string" ? Buffer.from(value.$bytes, "base64") : value,
  );
}
