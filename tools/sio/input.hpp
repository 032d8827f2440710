// SPDX-License-Identifier: MIT
// Input: where the console's lines come from, a terminal or a pipe, and where its output
// goes. Reading runs the session's context, so that events are handled and printed while
// nothing is typed.
//
// Life cycle: made for a session, read until the end of input, end(). One thread.
#pragma once

#include "session.hpp"

#include <boost/asio/posix/stream_descriptor.hpp>

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sio {

class Input {
 public:
  virtual ~Input() = default;
  Input(const Input&) = delete;
  Input& operator=(const Input&) = delete;

  /// True if a person is watching: then there are times, colours and hints.
  virtual bool is_terminal() const = 0;
  /// Returns the next line; nothing at the end of input, or once the session has finished.
  virtual std::optional<std::string> read() = 0;
  /// Shows a line, above the one that is being typed.
  virtual void print(const std::string& line) = 0;
  /// No more lines are needed: nothing here keeps the context running.
  virtual void end() { descriptor_.close(); }

 protected:
  explicit Input(Session& session);
  Session& session() { return session_; }
  /// Runs the context until stdin has input or ends; false if the session has finished.
  bool await_input();

 private:
  Session& session_;
  boost::asio::posix::stream_descriptor descriptor_;
  bool is_waiting_ = false;
};

/// What a line editor needs from the console.
struct EditorHooks {
  std::function<std::string()> prompt;
  /// All words that can replace the last word of `line`.
  std::function<std::vector<std::string>(std::string_view line)> completions;
};

/// A terminal, with history and completion by libedit. There may be only one.
std::unique_ptr<Input> make_terminal(Session& session, EditorHooks hooks);
/// A pipe or a file: no prompt.
std::unique_ptr<Input> make_pipe(Session& session);

}  // namespace sio
