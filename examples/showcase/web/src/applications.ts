// SPDX-License-Identifier: MIT
// Every application of the showcase. An entry here is a route, a link in the navigation, a card on
// the first page, and a source beside the application.
import {
  Bell,
  DoorOpen,
  Gamepad2,
  Gauge,
  KeyRound,
  Layers,
  Mail,
  MessagesSquare,
  PackageCheck,
  TriangleAlert,
  type LucideIcon,
} from "lucide-react";
import { lazy, type ComponentType } from "react";

export interface Application {
  path: string;
  title: string;
  /** What it shows, in one sentence. */
  sentence: string;
  /** Its server part, a file of examples/showcase/server. */
  source: string;
  icon: LucideIcon;
  Page: ComponentType;
}

export const applications: Application[] = [
  {
    path: "/chat",
    title: "Chat",
    sentence:
      "Everybody in one room: who is here, who is typing, and what was said before you came.",
    source: "chat.cpp",
    icon: MessagesSquare,
    Page: lazy(() => import("./pages/Chat/ChatPage")),
  },
  {
    path: "/rooms",
    title: "Rooms",
    sentence:
      "Groups that anybody opens by joining them. What is said in one is heard there alone.",
    source: "rooms.cpp",
    icon: DoorOpen,
    Page: lazy(() => import("./pages/Rooms/RoomsPage")),
  },
  {
    path: "/private-messages",
    title: "Private messages",
    sentence:
      "From one person to another, in every tab they have open, with receipts. What comes while they are away waits.",
    source: "private_messages.cpp",
    icon: Mail,
    Page: lazy(() => import("./pages/PrivateMessages/PrivateMessagesPage")),
  },
  {
    path: "/notifications",
    title: "Notifications",
    sentence: "A program changes an order by HTTP, and its owner sees it at once, in every tab.",
    source: "notifications.cpp",
    icon: Bell,
    Page: lazy(() => import("./pages/Notifications/NotificationsPage")),
  },
  {
    path: "/dashboard",
    title: "Live dashboard",
    sentence: "What this server does right now, and what it did in the last five minutes.",
    source: "dashboard.cpp",
    icon: Gauge,
    Page: lazy(() => import("./pages/Dashboard/DashboardPage")),
  },
  {
    path: "/account",
    title: "Accounts",
    sentence: "Sign up, sign in, and connect with a token that is renewed while you stay connected.",
    source: "accounts.cpp",
    icon: KeyRound,
    Page: lazy(() => import("./pages/Account/AccountPage")),
  },
  {
    path: "/namespaces",
    title: "Namespaces",
    sentence: "Three namespaces on one connection, one of them for administrators only.",
    source: "namespaces.cpp",
    icon: Layers,
    Page: lazy(() => import("./pages/Namespaces/NamespacesPage")),
  },
  {
    path: "/arena",
    title: "Multiplayer",
    sentence: "A small arena: the server moves everybody 30 times a second, in a few bytes.",
    source: "arena.cpp",
    icon: Gamepad2,
    Page: lazy(() => import("./pages/Arena/ArenaPage")),
  },
  {
    path: "/errors",
    title: "Errors",
    sentence: "Answers that fail or never come, connections that break, and who hears of it.",
    source: "errors.cpp",
    icon: TriangleAlert,
    Page: lazy(() => import("./pages/Errors/ErrorsPage")),
  },
  {
    path: "/delivery",
    title: "Delivery",
    sentence: "What is lost when a connection breaks, and what recovery and retries make of that.",
    source: "delivery.cpp",
    icon: PackageCheck,
    Page: lazy(() => import("./pages/Delivery/DeliveryPage")),
  },
];
