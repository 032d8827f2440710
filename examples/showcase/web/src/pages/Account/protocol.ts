// SPDX-License-Identifier: MIT
// What passes between page and server: HTTP and the namespace /account, see
// examples/showcase/README.md.
import { request } from "../../http";

export type Role = "user" | "admin";

export interface ServerEvents {
  account: (account: { email: string; role: Role; expiresIn: number }) => void;
  connections: (count: number) => void;
  "token-expired": () => void;
  "signed-out": () => void;
}

export interface ClientEvents {
  "sign-out-everywhere": () => void;
}

export interface Credentials {
  email: string;
  password: string;
}

/** What the server answered, or a sentence that says why there is no answer. */
async function post<Answer>(path: string, body: object): Promise<Answer & { error?: string }> {
  try {
    return await request(path, body);
  } catch (failure) {
    return { error: (failure as Error).message } as Answer & { error: string };
  }
}

export const signUp = (credentials: Credentials) => post<object>("/api/signup", credentials);

export const signIn = (credentials: Credentials) =>
  post<{ token?: string }>("/api/login", credentials);
