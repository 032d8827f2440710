// SPDX-License-Identifier: MIT
import { useLayoutEffect, useRef, useState } from "react";

/** Closer to the end than this counts as reading along. */
const NEAR_END = 80;

/** A list that grows at its end is shown there, unless the reader has scrolled up; `mine` is
 *  followed in any case. */
export function useFollowEnd(entries: readonly unknown[], mine: boolean) {
  const list = useRef<HTMLDivElement>(null);
  const following = useRef(true);
  const [behind, setBehind] = useState(false);

  function toEnd() {
    const box = list.current;
    if (box) box.scrollTop = box.scrollHeight;
  }

  function onScroll() {
    const box = list.current;
    if (!box) return;
    following.current = box.scrollHeight - box.scrollTop - box.clientHeight < NEAR_END;
    if (following.current) setBehind(false);
  }

  useLayoutEffect(() => {
    if (following.current || mine) toEnd();
    else setBehind(true);
  }, [entries, mine]);

  useLayoutEffect(() => {
    const box = list.current;
    if (!box) return;
    const resized = new ResizeObserver(() => following.current && toEnd());
    resized.observe(box);
    return () => resized.disconnect();
  }, []);

  return { list, behind, onScroll, toEnd };
}
