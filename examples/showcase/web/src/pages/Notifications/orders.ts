// SPDX-License-Identifier: MIT
// Orders without their looks: what we have ordered, and what we are told about it.
import { ask, mainSocket } from "../../connection";
import { request } from "../../http";
import { recall, remember } from "../../session";
import { Store } from "../../store";

/** Notifications that the page keeps. */
const KEPT = 100;

export const STATUSES = ["pending", "processing", "shipped", "delivered", "cancelled"] as const;

export interface Order {
  id: string;
  userId: string;
  item: string;
  status: string;
}

export interface Notification {
  type: string;
  orderId: string;
  status: string;
  message: string;
}

export interface Received {
  key: number;
  at: number;
  notification: Notification;
}

interface OrdersState {
  userId: string;
  orders: Order[];
  /** The latest first. */
  received: Received[];
  /** Why the orders could not be loaded. */
  failure: string;
}

interface ServerEvents {
  notification(notification: Notification): void;
}

export class Orders extends Store<OrdersState> {
  private keys = 0;

  constructor(private readonly toast: (message: string) => void) {
    super({ userId: recall("orders.user") || "ada", orders: [], received: [], failure: "" });
    const socket = mainSocket<ServerEvents, object>();
    socket.on("connect", () => void this.start());
    socket.on("notification", (notification) => this.onNotification(notification));
    if (socket.connected) void this.start();
  }

  choose(userId: string): void {
    remember("orders.user", userId);
    this.update({ userId, orders: [], received: [] });
    void this.start();
  }

  /** Resolves to "", or to why it was not placed. */
  async place(item: string): Promise<string> {
    try {
      const order = await request<Order>("/api/orders", { userId: this.state.userId, item });
      this.update({ orders: [order, ...this.state.orders] });
      return "";
    } catch (failure) {
      return (failure as Error).message;
    }
  }

  /** As the shop would, from its own program. */
  async setStatus(id: string, status: string): Promise<string> {
    try {
      await request(`/api/orders/${id}/status`, { status });
      return "";
    } catch (failure) {
      return (failure as Error).message;
    }
  }

  /** Joins the personal room first, so that nothing is missed between the two. */
  private async start(): Promise<void> {
    const { userId } = this.state;
    await ask("authenticate", userId);
    try {
      const orders = await request<Order[]>(`/api/orders?userId=${encodeURIComponent(userId)}`);
      if (userId === this.state.userId) this.update({ orders, failure: "" });
    } catch (failure) {
      this.update({ failure: (failure as Error).message });
    }
  }

  private onNotification(notification: Notification): void {
    const { orderId, status, message } = notification;
    this.toast(message);
    this.update({
      received: [
        { key: ++this.keys, at: Date.now(), notification },
        ...this.state.received,
      ].slice(0, KEPT),
      orders: this.state.orders.map((order) =>
        order.id === orderId ? { ...order, status } : order,
      ),
    });
  }
}
