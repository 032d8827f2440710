// SPDX-License-Identifier: MIT

/** For the `error` of a field: read out as soon as it appears. */
export function alertText(problem: string) {
  return problem ? <span role="alert">{problem}</span> : undefined;
}
