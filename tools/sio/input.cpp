// SPDX-License-Identifier: MIT
#include "input.hpp"

#include "exit_code.hpp"

#include <array>
#include <cerrno>
#include <cstdio>
#include <unistd.h>

namespace sio {

using boost::asio::posix::stream_descriptor;

Input::Input(Session& session) : session_(session), descriptor_(session.context()) {
  descriptor_.assign(dup(STDIN_FILENO));
}

bool Input::await_input() {
  if (!is_waiting_) {
    is_waiting_ = true;
    // A file cannot be waited for, because it is always ready: waiting reports an error.
    descriptor_.async_wait(stream_descriptor::wait_read, [this](boost::system::error_code error) {
      if (error != boost::asio::error::operation_aborted) is_waiting_ = false;
    });
  }
  session_.run_while([this] { return is_waiting_; });
  return !session_.finished();
}

namespace {

class Pipe final : public Input {
 public:
  explicit Pipe(Session& session) : Input(session) {}

  bool is_terminal() const override { return false; }

  std::optional<std::string> read() override {
    while (true) {
      const std::size_t end = buffer_.find('\n', searched_);
      if (end != std::string::npos) return take(end);
      searched_ = buffer_.size();
      if (searched_ > line_limit_bytes) throw UsageError("a line of the input is too long");
      if (at_end_ || !await_input()) return std::nullopt;
      fill();
      if (at_end_ && !buffer_.empty()) return take(buffer_.size());
    }
  }

  void print(const std::string& line) override {
    std::printf("%s\n", line.c_str());
    // Nobody reads the output any more.
    if (std::fflush(stdout) != 0) session().finish(exit_failed);
  }

 private:
  static constexpr std::size_t line_limit_bytes = 16 * 1024 * 1024;

  std::string take(std::size_t end) {
    std::string line = buffer_.substr(0, end);
    buffer_.erase(0, end + 1);
    searched_ = 0;
    return line;
  }

  void fill() {
    std::array<char, 16 * 1024> bytes;
    const ssize_t size = ::read(STDIN_FILENO, bytes.data(), bytes.size());
    if (size > 0) buffer_.append(bytes.data(), static_cast<std::size_t>(size));
    at_end_ = size == 0 || (size < 0 && errno != EINTR && errno != EAGAIN);
  }

  std::string buffer_;
  std::size_t searched_ = 0;
  bool at_end_ = false;
};

}  // namespace

std::unique_ptr<Input> make_pipe(Session& session) { return std::make_unique<Pipe>(session); }

}  // namespace sio
