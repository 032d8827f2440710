// SPDX-License-Identifier: MIT
//
// A certificate of localhost and 127.0.0.1, and its key, as files in a folder.

import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";

export function makeCertificate(folder) {
  const certificate = join(folder, "certificate.pem");
  const key = join(folder, "key.pem");
  execFileSync("openssl", [
    ...["req", "-x509", "-nodes", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"],
    ...["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"],
    ...["-days", "2", "-keyout", key, "-out", certificate],
  ], { stdio: "pipe" });
  return { certificate, key, ca: readFileSync(certificate) };
}
