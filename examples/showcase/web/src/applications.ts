// SPDX-License-Identifier: MIT
// Every application of the showcase. An entry here is a route, a link in the navigation, a card on
// the first page, and a source beside the application.
import { Bell, DoorOpen, Mail, MessagesSquare, type LucideIcon } from "lucide-react";
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
];
