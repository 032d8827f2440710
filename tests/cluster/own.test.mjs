// SPDX-License-Identifier: MIT
import { describeAdapter } from "./support/cases.mjs";
import { useRelay } from "./support/relay.mjs";

describeAdapter("own", undefined, { use: useRelay });
