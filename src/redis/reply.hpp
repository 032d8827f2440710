// SPDX-License-Identifier: MIT
// Reply: what Redis answers in RESP2, as a value that owns its bytes. Errors are sorted by what
// helps against them (Remedy).
//
// Value semantics; any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace socketio::redis {

/// What can be done about an error of Redis.
enum class Remedy : std::uint8_t {
  none,           // the command was wrong: another attempt ends alike
  retry,          // the same server accepts the command later (LOADING, BUSY, OOM, …)
  fail_over,      // another server has become the master (READONLY)
  redirect,       // another node of the cluster has the key (MOVED, ASK)
  configuration,  // somebody has to change a setting (WRONGPASS, NOPERM, …)
};

class Reply {
 public:
  struct Nil {};
  /// A line such as OK.
  struct Status {
    std::string text;
  };
  struct Error {
    std::string text;
  };
  using Array = std::vector<Reply>;

  Reply() = default;
  Reply(std::string bytes) : value_(std::move(bytes)) {}
  Reply(std::int64_t number) : value_(number) {}
  Reply(Status status) : value_(std::move(status)) {}
  Reply(Error error) : value_(std::move(error)) {}
  Reply(Array elements) : value_(std::move(elements)) {}

  bool is_nil() const { return std::holds_alternative<Nil>(value_); }
  bool is_error() const { return std::holds_alternative<Error>(value_); }
  const std::string* string() const { return std::get_if<std::string>(&value_); }
  const std::int64_t* integer() const { return std::get_if<std::int64_t>(&value_); }
  const Array* array() const { return std::get_if<Array>(&value_); }
  Array* array() { return std::get_if<Array>(&value_); }
  /// The text of a status or an error, or the bytes of a string; empty for anything else.
  std::string_view text() const;

 private:
  std::variant<Nil, Status, Error, std::int64_t, std::string, Array> value_;
};

/// The first word of an error's text: "NOAUTH".
std::string_view error_code(std::string_view error);
Remedy remedy_for(std::string_view error);

}  // namespace socketio::redis
