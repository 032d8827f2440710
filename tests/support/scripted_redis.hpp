// SPDX-License-Identifier: MIT
// ScriptedRedis: a Redis in the simulated network that answers what the test wants: by default as
// a server does that knows AUTH, SELECT, PING and subscriptions. It records all commands.
//
// Life cycle: outlives the connections. Single thread, that of the loop.
#pragma once

#include "redis/reply_reader.hpp"
#include "support/client_lanes.hpp"
#include "support/pipe.hpp"

#include <algorithm>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace socketio::support {

class ScriptedRedis {
 public:
  using Words = std::vector<std::string>;
  /// Says what is sent back, bytes of RESP; nothing for the usual answer.
  using Script = std::function<std::optional<std::string>(const Words& command)>;

  explicit ScriptedRedis(Network& network) : network_(network) {}

  Dial dial() {
    return [this] {
      auto [near, far] = network_.connect();
      far->set_handler(std::make_shared<Visit>(*this, far));
      visits.push_back(far);
      return near;
    };
  }

  static std::string bulk(std::string_view text) {
    return '$' + std::to_string(text.size()) + "\r\n" + std::string(text) + "\r\n";
  }
  static std::string array(const Words& words) {
    std::string text = '*' + std::to_string(words.size()) + "\r\n";
    for (const std::string& word : words) text += bulk(word);
    return text;
  }
  static std::string message(const std::string& channel, const std::string& payload) {
    return array({"message", channel, payload});
  }

  /// To the connection that came last.
  void say(std::string_view bytes) {
    if (const auto stream = visits.back().lock()) stream->write(bytes);
  }
  /// The commands, each as one text.
  std::vector<std::string> commands() const {
    std::vector<std::string> texts;
    for (const Words& words : heard) {
      std::string text;
      for (const std::string& word : words) text += (text.empty() ? "" : " ") + word;
      texts.push_back(std::move(text));
    }
    return texts;
  }

  Script script;
  std::vector<Words> heard;
  std::vector<std::weak_ptr<SimulatedStream>> visits;
  /// Whose command the script is asked about.
  std::weak_ptr<Stream> asking;

 private:
  class Visit final : public StreamHandler {
   public:
    Visit(ScriptedRedis& redis, std::weak_ptr<Stream> stream)
        : redis_(redis), stream_(std::move(stream)) {}
    void on_bytes(std::span<char> bytes) override {
      // A command looks like a reply.
      reader_.feed({bytes.data(), bytes.size()});
      while (const auto command = reader_.next()) {
        Words words;
        for (const redis::Reply& word : *command->array()) words.emplace_back(word.text());
        redis_.heard.push_back(words);
        const auto stream = stream_.lock();
        redis_.asking = stream;
        if (stream) stream->write(redis_.answer(words));
      }
    }
    void on_close() override {}

   private:
    ScriptedRedis& redis_;
    std::weak_ptr<Stream> stream_;
    redis::ReplyReader reader_{redis::Limits{}};
  };

  std::string answer(const Words& words) const {
    if (script) {
      if (const auto scripted = script(words)) return *scripted;
    }
    const std::string& verb = words.front();
    if (verb == "PING") return "+PONG\r\n";
    if (verb.ends_with("SUBSCRIBE")) {
      std::string name = verb;
      std::transform(name.begin(), name.end(), name.begin(),
                     [](char c) { return static_cast<char>(c + ('a' - 'A')); });
      return "*3\r\n" + bulk(name) + bulk(words.at(1)) + ":1\r\n";
    }
    if (verb == "PUBLISH") return ":1\r\n";
    if (verb == "ECHO") return bulk(words.at(1));
    return "+OK\r\n";
  }

  Network& network_;
};

}  // namespace socketio::support
