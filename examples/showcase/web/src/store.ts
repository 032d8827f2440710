// SPDX-License-Identifier: MIT
// What is shown and how it changes, apart from how it looks: one immutable state, and subscribers
// that are told when another one has taken its place.
import { useSyncExternalStore } from "react";

export class Store<State extends object> {
  constructor(protected state: State) {}

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  readonly snapshot = (): State => this.state;

  protected update(change: Partial<State>): void {
    this.state = { ...this.state, ...change };
    this.listeners.forEach((listener) => listener());
  }

  private readonly listeners = new Set<() => void>();
}

export function useStore<State extends object>(store: Store<State>): State {
  return useSyncExternalStore(store.subscribe, store.snapshot);
}
