// SPDX-License-Identifier: MIT
//
// One TCP connection to the server. `connect` opens it. `send` writes at once and keeps what the
// kernel does not accept. What arrives is passed to `on_bytes` in the loop's buffer; only the
// beginning of an incomplete message is kept between reads. After `reset` or a failure the object
// can connect again. One thread.
#pragma once

#include "loop.hpp"
#include "target.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace load {

class Stream : public Pollable {
 public:
  Stream(Loop& loop, const Target& target) : loop_(loop), target_(target) {}
  virtual ~Stream();
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;

  // `source` selects one of about 250 loopback addresses, so that local ports do not run out.
  void connect(unsigned source);
  void send(std::string_view bytes);
  // Closes with a reset, not in the regular way.
  void reset();
  bool is_open() const { return fd_ >= 0; }

  void on_events(std::uint32_t events) final;

 protected:
  virtual void on_connected() = 0;
  // Returns how many bytes were complete messages; the rest is passed again together with
  // what follows.
  virtual std::size_t on_bytes(std::string_view bytes) = 0;
  // Everything that has arrived has been passed on: the time to send the answers.
  virtual void on_read_end() {}
  virtual void on_failure(std::string_view why) = 0;

  void fail(std::string_view why);
  Loop& loop() { return loop_; }
  const Target& target() const { return target_; }

 private:
  enum class Extent { ToShortRead, ToEnd };

  void read(Extent extent);
  void flush();
  void connected_or_failed();

  Loop& loop_;
  const Target& target_;
  int fd_ = -1;
  bool connecting_ = false;
  std::string incomplete_;
  std::string unsent_;
};

}  // namespace load
