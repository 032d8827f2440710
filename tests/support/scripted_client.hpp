// SPDX-License-Identifier: MIT
// ScriptedClient: a simulated Socket.IO client with namespaces, events, acknowledgements in both
// directions, and binary data. It reports everything by callback and does nothing on its own: after
// a fault, the test connects it again.
//
// Life cycle: connect() -> callbacks -> on_closed, after which connect() starts again. Single
// thread, that of the loop.
#pragma once

#include "codec/json/document.hpp"
#include "codec/socketio/text_decoder.hpp"
#include "support/engine_client.hpp"

#include <socketio/json.hpp>
#include <socketio/json_writer.hpp>

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace socketio::support {

class ScriptedClient {
 public:
  /// Called with the arguments of an acknowledgement, or with nothing if the connection or the
  /// namespace ended first.
  using OnAck = std::function<void(const json* arguments)>;

  ScriptedClient(SimulatedLoop& loop, Dial dial, EngineClientOptions options_)
      : options(options_), loop_(loop), dial_(std::move(dial)) {}
  ~ScriptedClient() {
    on = {};
    if (engine_) engine_->abort();
  }
  ScriptedClient(const ScriptedClient&) = delete;
  ScriptedClient& operator=(const ScriptedClient&) = delete;

  struct Callbacks {
    std::function<void()> open;
    std::function<void(const std::string& nsp)> connected;
    std::function<void(const std::string& nsp, const json& error)> refused;
    std::function<void(const std::string& nsp, const std::string& name, const json& arguments,
                       std::optional<std::uint64_t> ack)>
        event;
    std::function<void(const std::string& nsp)> disconnected;
    std::function<void()> closed;
  };

  void connect() {
    if (engine_) engine_->abort();
    decoder_.emplace(parser::Role::client, parser::Limits{.packet_bytes = 64 * 1024 * 1024});
    engine_ = std::make_shared<EngineClient>(loop_, dial_, options);
    EngineClient::Callbacks callbacks;
    callbacks.open = [this] {
      for (const std::string& nsp : namespaces) join(nsp);
      if (on.open) on.open();
    };
    callbacks.text = [this](std::string_view text) {
      on_result(decoder_->add_text(text, document_));
    };
    callbacks.binary = [this](std::string_view data) {
      on_result(decoder_->add_binary(data, document_));
    };
    callbacks.close = [this] { end(); };
    engine_->open(std::move(callbacks));
  }
  void join(const std::string& nsp) {
    send_header({parser::PacketType::connect, 0, nsp, std::nullopt, {}});
  }
  void leave(const std::string& nsp) {
    send_header({parser::PacketType::disconnect, 0, nsp, std::nullopt, {}});
    forget(nsp);
  }

  void emit(const std::string& nsp, const std::string& name, const json& arguments,
            OnAck on_ack = nullptr) {
    std::optional<std::uint64_t> id;
    if (on_ack) {
      id = last_ack_id_++;
      acks_.emplace(std::pair(nsp, *id), std::move(on_ack));
    }
    json all = json::array({name});
    for (const json& argument : arguments) all.push_back(argument);
    send(parser::PacketType::event, parser::PacketType::binary_event, nsp, id, all);
  }
  void answer(const std::string& nsp, std::uint64_t id, const json& arguments) {
    send(parser::PacketType::ack, parser::PacketType::binary_ack, nsp, id, arguments);
  }

  bool is_open() const { return engine_ && engine_->is_open(); }
  bool is_closed() const { return !engine_ || engine_->is_closed(); }
  bool is_connected(const std::string& nsp = "/") const { return sids_.count(nsp) != 0; }
  /// The id of the socket in that namespace; empty if there is none.
  std::string sid(const std::string& nsp = "/") const {
    const auto found = sids_.find(nsp);
    return found == sids_.end() ? std::string() : found->second;
  }
  EngineClient& engine() { return *engine_; }
  bool has_engine() const { return engine_ != nullptr; }
  /// Packets that no server should send.
  const std::vector<std::string>& complaints() const { return complaints_; }

  EngineClientOptions options;
  std::vector<std::string> namespaces{"/"};
  Callbacks on;

 private:
  void send_header(const parser::Header& header) {
    std::string text;
    parser::append_header(text, header);
    engine_->send_text(text);
  }

  void send(parser::PacketType plain, parser::PacketType with_binary, const std::string& nsp,
            std::optional<std::uint64_t> id, const json& payload) {
    TextBuffer body;
    std::vector<Bytes> attachments;
    JsonWriter(body, attachments).value(payload);
    std::string text;
    parser::append_header(
        text, {attachments.empty() ? plain : with_binary, attachments.size(), nsp, id, {}});
    engine_->send_text(text.append(body.view()));
    for (const Bytes& data : attachments) {
      engine_->send_binary({reinterpret_cast<const char*>(data.data()), data.size()});
    }
  }

  void on_result(const Result<std::optional<parser::Packet>, parser::Errc>& result) {
    if (!result) return complaints_.push_back("a packet that cannot be decoded");
    if (!*result) return;
    const parser::Packet& packet = **result;
    const std::string nsp(packet.nsp);
    switch (packet.type) {
      case parser::PacketType::connect: {
        if (is_connected(nsp)) complaints_.push_back("connected twice to " + nsp);
        sids_[nsp] = packet.payload.to_json().at("sid").get<std::string>();
        if (on.connected) on.connected(nsp);
        return;
      }
      case parser::PacketType::connect_error:
        if (on.refused) on.refused(nsp, packet.payload.to_json());
        return;
      case parser::PacketType::disconnect: {
        if (!is_connected(nsp)) {
          if (left_.count(nsp) == 0)
            complaints_.push_back("DISCONNECT without being connected to " + nsp);
          // Both sides have disconnected at the same time.
          return;
        }
        forget(nsp);
        if (on.disconnected) on.disconnected(nsp);
        return;
      }
      case parser::PacketType::ack:
        return on_ack(nsp, *packet.id, packet.payload.to_json());
      default:
        return on_event(nsp, packet);
    }
  }

  void on_event(const std::string& nsp, const parser::Packet& packet) {
    json arguments = packet.payload.to_json();
    const std::string name = arguments.at(0).get<std::string>();
    arguments.erase(arguments.begin());
    if (!is_connected(nsp)) {
      // An event that crosses our DISCONNECT is dropped, as in the official client.
      if (left_.count(nsp) == 0)
        complaints_.push_back("event '" + name + "' without being connected to " + nsp);
      return;
    }
    if (on.event) on.event(nsp, name, arguments, packet.id);
  }

  void on_ack(const std::string& nsp, std::uint64_t id, const json& arguments) {
    auto node = acks_.extract(std::pair(nsp, id));
    if (!node.empty()) return node.mapped()(&arguments);
    if (left_.count(nsp) == 0) complaints_.push_back("an acknowledgement that nobody waits for");
  }

  void forget(const std::string& nsp) {
    sids_.erase(nsp);
    left_.insert({nsp, true});
    std::vector<OnAck> lost;
    for (auto entry = acks_.begin(); entry != acks_.end();) {
      if (entry->first.first != nsp) {
        ++entry;
        continue;
      }
      lost.push_back(std::move(entry->second));
      entry = acks_.erase(entry);
    }
    for (const OnAck& ack : lost) ack(nullptr);
  }

  void end() {
    sids_.clear();
    left_.clear();
    for (auto& [key, ack] : std::exchange(acks_, {})) ack(nullptr);
    if (on.closed) on.closed();
  }

  SimulatedLoop& loop_;
  Dial dial_;
  std::shared_ptr<EngineClient> engine_;
  codec::Document document_;
  std::optional<parser::TextDecoder> decoder_;
  std::map<std::string, std::string> sids_;
  std::map<std::string, bool> left_;
  std::map<std::pair<std::string, std::uint64_t>, OnAck> acks_;
  std::uint64_t last_ack_id_ = 0;
  std::vector<std::string> complaints_;
};

}  // namespace socketio::support
