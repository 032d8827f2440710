// SPDX-License-Identifier: MIT
import { describeAdapter } from "./support/cases.mjs";

describeAdapter("own");
