// SPDX-License-Identifier: MIT
// Connection: one Engine.IO session and the namespaces that it has joined (Socket.IO protocol 5).
// It passes packets to sockets, runs the connection middlewares, and closes the session if the peer
// violates the protocol. Clients of Engine.IO 3 speak Socket.IO protocol 4: the server lets them
// join "/" by itself, and CONNECT and CONNECT_ERROR carry less.
//
// Life cycle: made for a session, and its handler until on_close(), which closes every socket.
// Loop's thread only.
#pragma once

#include "codec/socketio/decoder.hpp"
#include "codec/socketio/encoder.hpp"
#include "core/server/node.hpp"
#include "core/server/prepared_events.hpp"
#include "core/server/socket_list.hpp"
#include "engine/server/session.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace socketio::core {

class Recovery;
class SocketState;
struct KeptSession;
struct RecoveryClaim;

class Connection final : public engine::SessionHandler,
                         public std::enable_shared_from_this<Connection> {
 public:
  Connection(Node& node, std::shared_ptr<engine::Session> session);
  ~Connection() override;
  /// Starts the timeout for joining a namespace. A client of Engine.IO 3 joins "/" soon, but not
  /// before this returns.
  void start();

  engine::Session& session() { return *session_; }
  const std::shared_ptr<engine::Session>& shared_session() const { return session_; }
  /// Including those that are connecting. A copy: what is done with one of them may end others.
  std::vector<std::shared_ptr<SocketState>> sockets() const { return sockets_.copy(); }

  void on_text(std::string_view message) override;
  void on_binary(std::string_view message) override;
  void on_close(DisconnectReason reason) override;
  /// For contain(): breaks off the session.
  void on_exception() noexcept { session_->on_exception(); }

  /// Sends a packet, behind what was broadcast before.
  EmitResult send(const parser::OutgoingPacket& packet, Compress compress);
  /// Sends DISCONNECT for one namespace, or for all and closes the session.
  void disconnect(SocketState& socket, Close close);
  /// The socket has ended, so its namespace may be joined again.
  void remove(SocketState& socket);

 private:
  using Names = std::set<std::string, std::less<>>;

  /// `message` is what was decoded.
  void on_result(Result<std::optional<parser::Packet>, parser::Errc> result,
                 std::string_view message);
  /// What is wrong with a message, in the reference's words.
  std::string describe(parser::Errc error, std::string_view message) const;
  /// What was received is no packet: notifies the error handlers of every socket, and closes
  /// the session.
  void refuse_packet(const std::string& why);
  /// A packet could not be encoded. If it was the application's parser, the connection ends.
  EmitResult drop(parser::Errc error);
  void on_packet(const parser::Packet& packet);
  void connect(const parser::Packet& packet);
  /// The same for protocol 4, where the name may be followed by a query, which takes auth's place.
  void connect_v4(std::string_view nsp_and_query);
  /// Lets the client join "/", unless it has.
  void join_main();
  /// `auth_text` is a JSON object, or empty.
  void join(std::string_view nsp, std::string_view auth_text);
  /// The same for a namespace that has been found; `nsp` is null if there is none.
  void join(const std::shared_ptr<NamespaceState>& nsp, std::string_view name,
            std::string_view auth_text);
  /// A namespace that did not exist has been searched for; `nsp` is null if nobody admits the client.
  void on_searched(const std::shared_ptr<NamespaceState>& nsp, const std::string& name,
                   std::string_view auth_text);
  std::string make_id(const std::string& nsp) const;
  /// `kept` is a session from a store with which a client comes back.
  void enter(const std::shared_ptr<NamespaceState>& nsp, std::string_view auth_text,
             std::optional<KeptSession> kept);
  std::shared_ptr<SocketState> make_socket(const std::shared_ptr<NamespaceState>& nsp,
                                           std::string_view auth_text,
                                           std::optional<KeptSession> kept);
  /// The session with which a client comes back; nothing if it cannot.
  std::optional<KeptSession> take_session(NamespaceState& nsp, std::string_view auth_text);
  /// The client is here, so its former connection is lost, which nobody may have noticed yet.
  void close_former(Recovery& recovery, std::string_view private_id);
  /// The same from a store, about which the store is asked.
  void await_session(const std::shared_ptr<NamespaceState>& nsp, const RecoveryClaim& claim,
                     std::string_view auth_text);
  void on_session(const std::shared_ptr<NamespaceState>& nsp, const std::string& auth_text,
                  std::optional<KeptSession> kept);
  /// Asks the store what a client that has come back has missed, before its CONNECT is answered.
  void await_missed(const std::shared_ptr<SocketState>& socket);
  /// The client of a recovered socket that has not been admitted joins as a new one.
  void join_anew(SocketState& socket);
  void answer_connect(SocketState& socket);
  /// Sends what a client that has come back has missed.
  void send_missed(SocketState& socket, std::vector<PreparedEvents>& missed);
  void finish_connect(const std::shared_ptr<SocketState>& socket,
                      const std::optional<MiddlewareError>& error);
  /// Nobody objects. `missed` is what a store has for the client.
  void admit(const std::shared_ptr<SocketState>& socket, std::vector<PreparedEvents> missed);
  void refuse(std::string_view nsp, const MiddlewareError& error);
  void send_connect_error(std::string_view nsp, std::string_view payload);
  /// Null if it has not joined the namespace.
  SocketState* find(std::string_view nsp) const;
  void on_connect_timeout();
  void on_attachments_timeout();

  Node& node_;
  std::shared_ptr<engine::Session> session_;
  const std::unique_ptr<parser::Decoder> decoder_;
  // Including those that are connecting.
  SocketList sockets_;
  // Names of namespaces about which a predicate is to decide, or a store is asked.
  std::unique_ptr<Names> searched_;
  std::unique_ptr<Deadline> connect_timer_;
  std::unique_ptr<Deadline> attachments_timer_;
};

}  // namespace socketio::core
