// SPDX-License-Identifier: MIT
// A Socket without a connection, which the error hook receives for errors that concern no socket:
// it does nothing, whatever is called on it.
#include "support/core_peer.hpp"

#include <socketio/namespace.hpp>
#include <socketio/socket.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <vector>

namespace socketio {
namespace {

TEST(Nobody, HasNoPropertiesAndNoRooms) {
  const Socket nobody;
  EXPECT_EQ(nobody.id(), "");
  EXPECT_FALSE(nobody.connected());
  EXPECT_EQ(nobody.handshake().url, "");
  EXPECT_EQ(nobody.transport(), "");
  EXPECT_EQ(nobody.queued_bytes(), 0U);
  EXPECT_FALSE(nobody.join("room"));
  nobody.leave("room");
  EXPECT_TRUE(nobody.rooms().empty());
  nobody.disconnect();
}

TEST(Nobody, HasDataThatIsNobodys) {
  Socket nobody;
  nobody.data()["name"] = "alice";
  nobody.data<int>() = 5;
  EXPECT_TRUE(nobody.data().is_object());
  EXPECT_NO_THROW(nobody.data<std::string>() = "kept nowhere");
}

TEST(Nobody, SendsNothingAndSaysSo) {
  const Socket nobody;
  EXPECT_EQ(nobody.emit("e"), EmitResult::not_connected);
  EXPECT_EQ(nobody.volatile_().emit("e"), EmitResult::not_connected);
  EXPECT_EQ(nobody.emit_with_ack("e").future().get().error(), make_error_code(Errc::not_connected));
  nobody.broadcast().emit("e");
  nobody.to("room").sockets_join("other");
  nobody.volatile_().local().emit("e");
  EXPECT_TRUE(nobody.local().emit_with_ack("e").future().get().values().empty());
}

TEST(Nobody, HearsNothing) {
  const Socket nobody;
  EXPECT_EQ(nobody.on("e", [] {}), 0U);
  EXPECT_EQ(nobody.on_any([] {}), 0U);
  EXPECT_EQ(nobody.on_any_outgoing([] {}), 0U);
  nobody.use([](Event&, const Next& next) { next(); });
  nobody.on_error([] {});
  nobody.on_disconnect([] {});
  nobody.on_disconnecting([] {});
  nobody.off("e");
  nobody.off();
  nobody.off_any();
  nobody.off_any_outgoing();
}

TEST(Nobody, IsInANamespaceOfNothing) {
  Namespace nsp = Socket().nsp();
  EXPECT_EQ(nsp.name(), "");
  EXPECT_EQ(nsp.sockets_count(), 0U);
  EXPECT_TRUE(nsp.sockets().empty());
  EXPECT_EQ(nsp.on("e", [] {}), 0U);
  EXPECT_EQ(nsp.once("e", [] {}), 0U);
  nsp.off("e");
  nsp.off();
  EXPECT_EQ(nsp.on_any([] {}), 0U);
  EXPECT_EQ(nsp.on_any_outgoing([] {}), 0U);
  nsp.off_any(1);
  nsp.off_any();
  nsp.off_any_outgoing(1);
  nsp.off_any_outgoing();
  nsp.use([](Socket&, const Next& next) { next(); });
  nsp.on_connection([] {});
  nsp.on_disconnect([] {});
  nsp.on_disconnecting([] {});
  nsp.on_handler_error([] {});
  nsp.emit("e");
  EXPECT_TRUE(nsp.emit_with_ack("e").future().get().values().empty());
  EXPECT_TRUE(nsp.fetch_sockets().future().get().empty());
  nsp.disconnect_sockets();
  EXPECT_EQ(nsp, Socket().nsp());
}

}  // namespace
}  // namespace socketio
