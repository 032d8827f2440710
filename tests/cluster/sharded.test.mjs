// SPDX-License-Identifier: MIT
import { describeAdapter } from "./support/cases.mjs";

for (const mode of ["static", "dynamic", "dynamic-private"]) describeAdapter(`sharded:${mode}`);
