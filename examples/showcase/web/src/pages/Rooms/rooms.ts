// SPDX-License-Identifier: MIT
// The rooms without their looks: which there are, which we are in, and what was said there.
import { NO_ANSWER, ask, mainSocket } from "../../connection";
import { recall, remember } from "../../session";
import { Store } from "../../store";

/** Lines of a room that the page keeps. */
const KEPT = 500;

export interface RoomSize {
  roomId: string;
  users: number;
}

export type Line =
  | { kind: "message"; key: number; sender: string; message: string }
  | { kind: "notice"; key: number; text: string };

export interface Room {
  id: string;
  users: string[];
  lines: Line[];
  /** Messages since it was last shown. */
  unread: number;
}

interface RoomsState {
  /** Under which we are known in every room. */
  name: string;
  open: RoomSize[];
  joined: Room[];
  /** The room that is shown. */
  shown: string;
  /** Why we are no longer in one. */
  refusal: string;
}

interface ServerEvents {
  rooms(rooms: RoomSize[]): void;
  "room-users"(users: string[], roomId: string): void;
  "room-message"(message: { roomId: string; sender: string; message: string }): void;
  "room-user-joined"(move: { roomId: string; user: string }): void;
  "room-user-left"(move: { roomId: string; user: string }): void;
}

interface ClientEvents {
  "get-rooms"(reply: (rooms: RoomSize[]) => void): void;
  "get-room-users"(roomId: string): void;
}

/** Those that this tab was in before it was reloaded. */
function recallRooms(): Room[] {
  const ids = JSON.parse(recall("rooms.joined") || "[]") as string[];
  return ids.map((id) => ({ id, users: [], lines: [], unread: 0 }));
}

class Rooms extends Store<RoomsState> {
  private readonly socket = mainSocket<ServerEvents, ClientEvents>();
  private keys = 0;

  constructor() {
    const joined = recallRooms();
    super({ name: recall("rooms.name"), open: [], joined, shown: joined[0]?.id ?? "", refusal: "" });
    const { socket } = this;
    socket.on("connect", () => this.onConnect());
    socket.on("disconnect", () => this.forgetUsers());
    socket.on("rooms", (open) => this.update({ open }));
    socket.on("room-users", (users, id) => this.change(id, () => ({ users })));
    socket.on("room-message", ({ roomId, sender, message }) => {
      this.addLine(roomId, { kind: "message", key: ++this.keys, sender, message });
    });
    socket.on("room-user-joined", ({ roomId, user }) => this.onMove(roomId, `${user} joined`));
    socket.on("room-user-left", ({ roomId, user }) => this.onMove(roomId, `${user} left`));
    if (socket.connected) this.onConnect();
  }

  /** Resolves to "" if we are in, else to the reason. */
  async join(id: string, name: string): Promise<string> {
    const answer = await ask<{ roomId: string; user: string }>("join-room", id, name);
    if (!answer.ok) return answer.error;
    const { roomId, user } = answer;
    remember("rooms.name", user);
    if (!this.find(roomId)) {
      const room = { id: roomId, users: [user], lines: [], unread: 0 };
      this.setJoined([...this.state.joined, room]);
    }
    this.update({ name: user });
    this.show(roomId);
    this.socket.emit("get-room-users", roomId);
    return "";
  }

  show(id: string): void {
    this.update({ shown: id });
    this.change(id, () => ({ unread: 0 }));
  }

  async leave(id: string): Promise<void> {
    await ask("leave-room", id);
    this.forget(id);
  }

  async say(id: string, message: string): Promise<string> {
    const answer = await ask("room-message", { roomId: id, message });
    return answer.ok ? "" : answer.error;
  }

  /** The server knows a new connection by nothing but what we say. */
  private onConnect(): void {
    this.socket.emit("get-rooms", (open) => this.update({ open }));
    this.update({ refusal: "" });
    for (const { id } of this.state.joined) void this.joinAgain(id);
  }

  private async joinAgain(id: string): Promise<void> {
    const answer = await ask("join-room", id, this.state.name);
    // The next connection asks again.
    if (!this.socket.connected) return;
    if (answer.ok) return void this.socket.emit("get-room-users", id);
    // It may have let us in.
    if (answer.error === NO_ANSWER) return this.joinAgain(id);
    this.forget(id);
    this.update({ refusal: `You are no longer in ${id}: ${answer.error}` });
  }

  private forget(id: string): void {
    const joined = this.state.joined.filter((room) => room.id !== id);
    this.setJoined(joined);
    if (id === this.state.shown) this.update({ shown: joined[0]?.id ?? "" });
  }

  private setJoined(joined: Room[]): void {
    remember("rooms.joined", JSON.stringify(joined.map(({ id }) => id)));
    this.update({ joined });
  }

  private forgetUsers(): void {
    this.update({ joined: this.state.joined.map((room) => ({ ...room, users: [] })) });
  }

  private onMove(id: string, text: string): void {
    this.addLine(id, { kind: "notice", key: ++this.keys, text });
    this.socket.emit("get-room-users", id);
  }

  private addLine(id: string, line: Line): void {
    const news = line.kind === "message" && id !== this.state.shown ? 1 : 0;
    this.change(id, (room) => ({ lines: [...room.lines, line].slice(-KEPT), unread: room.unread + news }));
  }

  private find(id: string): Room | undefined {
    return this.state.joined.find((room) => room.id === id);
  }

  private change(id: string, changed: (room: Room) => Partial<Room>): void {
    this.update({
      joined: this.state.joined.map((room) =>
        room.id === id ? { ...room, ...changed(room) } : room,
      ),
    });
  }
}

export const rooms = new Rooms();
