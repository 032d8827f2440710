// SPDX-License-Identifier: MIT
#include "core/server/server_side_call.hpp"

#include "codec/json/document.hpp"
#include "core/event_call.hpp"
#include "core/event_text.hpp"
#include "core/server/namespace_state.hpp"

#include <exception>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace socketio::core {

namespace {

/// Who answers. Only handlers that may still answer keep it; when the last of them has dropped its
/// Ack, there is no answer.
class ServerSidePeer final : public EventPeer, public std::enable_shared_from_this<ServerSidePeer> {
 public:
  ServerSidePeer(std::shared_ptr<NamespaceState> nsp, ServerSideAnswered answered)
      : nsp_(std::move(nsp)), answered_(std::move(answered)) {}
  ~ServerSidePeer() override {
    if (!answered_) return;
    const auto tell = [nsp = nsp_, answered = std::move(answered_)] {
      nsp->complete([&] { answered(nullptr); });
    };
    nsp_->loop().is_current() ? tell() : nsp_->loop().post(tell);
  }
  ServerSidePeer(const ServerSidePeer&) = delete;
  ServerSidePeer& operator=(const ServerSidePeer&) = delete;

  void answer(std::uint64_t, detail::OutgoingEvent& arguments) override {
    if (nsp_->loop().is_current()) {
      return finish({arguments.json_text(), arguments.take_attachments()});
    }
    nsp_->loop().post([self = shared_from_this(), text = std::string(arguments.json_text()),
                       attachments = arguments.take_attachments()]() mutable {
      self->finish({text, std::move(attachments)});
    });
  }
  void report(std::string_view event, std::exception_ptr exception) override {
    if (!nsp_->loop().is_current()) {
      return nsp_->loop().post([self = shared_from_this(), event = std::string(event), exception] {
        self->report(event, exception);
      });
    }
    Socket nobody;
    nsp_->report(nobody, event, exception);
  }
  void report(std::string_view event, std::string message) override {
    Socket nobody;
    nsp_->report(nobody, {std::string(event), std::move(message), nullptr});
  }
  std::shared_ptr<detail::TaskLoop> task_loop() override { return nsp_->task_loop(); }
  bool is_kept_by_acks() const override { return true; }

 private:
  void finish(const WrittenEvent& answer) {
    const auto answered = std::exchange(answered_, nullptr);
    if (answered) nsp_->complete([&] { answered(&answer); });
  }

  const std::shared_ptr<NamespaceState> nsp_;
  ServerSideAnswered answered_;
};

class ServerSideCall final : public EventCall {
 public:
  ServerSideCall(std::shared_ptr<ServerSidePeer> peer, std::string_view event,
                 const parser::Packet& packet, const ValueArray& arguments)
      : EventCall(*peer, event, packet, arguments), peer_(std::move(peer)) {}
  std::shared_ptr<EventPeer> peer() override { return peer_; }

 private:
  const std::shared_ptr<ServerSidePeer> peer_;
};

}  // namespace

void run_server_side(NamespaceState& nsp, const WrittenEvent& event, ServerSideAnswered answered) {
  parser::Packet packet;
  if (answered) packet.id = 0;
  const auto peer = std::make_shared<ServerSidePeer>(nsp.shared_from_this(), std::move(answered));
  // The node's own document may be in use by the handler that has emitted.
  codec::Document document(nsp.node().options().json);
  const auto payload = document.parse(event.text, event.attachments);
  if (!payload || payload->kind() != Value::Kind::array) return;
  packet.nsp = nsp.name();
  packet.text = event.text;
  packet.payload = *payload;
  packet.attachments = event.attachments;
  ValueArray items(packet.payload);
  std::string number_name;
  const std::string_view name = event_name(items, number_name);
  ServerSideCall call(peer, name, packet, items);
  nsp.handlers().server_side.dispatch(name, call);
}

}  // namespace socketio::core
