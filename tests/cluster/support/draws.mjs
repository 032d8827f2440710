// SPDX-License-Identifier: MIT
//
// Chance that can be repeated.

/** Whole numbers from 0 to below `limit`, the same for the same seed (a linear congruence). */
export function draws(seed) {
  let state = seed;
  return (limit) => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
    return Math.floor((state / 2 ** 31) * limit);
  };
}
