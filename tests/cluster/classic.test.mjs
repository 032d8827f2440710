// SPDX-License-Identifier: MIT
import { describeAdapter } from "./support/cases.mjs";

describeAdapter("classic");
describeAdapter("classic:specific");
